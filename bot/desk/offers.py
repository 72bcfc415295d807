"""Whose turn it is to take what waits. Routing offers, the agent accepts by claiming; anybody else may still claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.conversation.model import Staff
from bot.desk.presence import AgentHere
from bot.desk.queue import Offered, Waiting


@dataclass(frozen=True, slots=True)
class OfferPatience:
    """`accept`: how long an agent has before it is the next one's turn. `again`: after that time who did not take it
    may be asked once more."""

    accept: timedelta = timedelta(seconds=45)
    again: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Offer:
    """A change to make: the conversation is now this agent's to take, or anybody's (None)."""

    conversation_id: str
    agent: Staff | None


class Round:
    """One look at the line. Places are given out in the order of the line; nobody is offered more than they have room
    for, what they were offered and have not taken yet included."""

    def __init__(
        self,
        agents: Sequence[AgentHere],
        loads: Mapping[str, int],
        offered: Sequence[Offered],
        now: datetime,
        patience: OfferPatience,
    ) -> None:
        self._agents = {agent.account_id: agent for agent in agents}
        self._taken = Counter(dict(loads))
        self._now = now
        self._patience = patience
        self._asked: dict[str, dict[str, datetime]] = {}
        for one in sorted(offered, key=lambda one: one.at):
            self._asked.setdefault(one.conversation_id, {})[one.agent_id] = one.at

    def changes(self, line: Sequence[Waiting]) -> list[Offer]:
        """What is to be offered anew; conversations whose offer stands are left out."""
        open_ones = []
        for waiting in line:
            if self._stands(waiting):
                self._taken[waiting.wanted_agent_id or ""] += 1
            else:
                open_ones.append(waiting)
        found = [(waiting, self._choose(waiting)) for waiting in open_ones]
        return [
            Offer(waiting.conversation_id, Staff(agent.account_id, agent.name, agent.teams) if agent else None)
            for waiting, agent in found
            if (agent.account_id if agent else None) != waiting.wanted_agent_id
        ]

    def _stands(self, waiting: Waiting) -> bool:
        wanted = waiting.wanted_agent_id
        if wanted is None or wanted not in self._agents:
            return False
        return self._now - self._asked_about(waiting)[wanted] < self._patience.accept

    def _asked_about(self, waiting: Waiting) -> dict[str, datetime]:
        """When each agent was asked last. Who was named by a colleague who passed it on was asked when it came back
        to the line."""
        named = {waiting.wanted_agent_id: waiting.joined_at} if waiting.wanted_agent_id else {}
        return named | self._asked.get(waiting.conversation_id, {})

    def _choose(self, waiting: Waiting) -> AgentHere | None:
        """Of the team's people who have room and were not asked of late, whoever has the most room for their size; of
        equals whoever has been there longest. People of other teams only where none of the team is there."""
        team = [agent for agent in self._agents.values() if agent.serves(waiting.team)]
        asked = self._asked_about(waiting)
        free = [
            agent
            for agent in team or self._agents.values()
            if self._taken[agent.account_id] < agent.capacity and not self._asked_of_late(asked, agent)
        ]
        if not free:
            return None
        chosen = min(free, key=lambda agent: (self._taken[agent.account_id] / agent.capacity, agent.since, agent.name))
        self._taken[chosen.account_id] += 1
        return chosen

    def _asked_of_late(self, asked: Mapping[str, datetime], agent: AgentHere) -> bool:
        at = asked.get(agent.account_id)
        return at is not None and self._now - at < self._patience.again
