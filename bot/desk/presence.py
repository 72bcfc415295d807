"""Who is at the desk. Kept in the database, so that every gateway sees the same people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.conversation.model import Staff
from bot.conversation.ports import Clock, Signals
from bot.errors import InvalidInput

STALE_AFTER = timedelta(seconds=60)
HEARTBEAT_EVERY = timedelta(seconds=15)
CAPACITY = 4
LARGEST_CAPACITY = 50


class Status(StrEnum):
    """What an agent says of themselves."""

    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class AgentHere:
    """An agent's own word (`status`, since `since`) and when something was last heard of them. `capacity` is how many
    conversations at once they want."""

    account_id: str
    name: str
    teams: tuple[str, ...]
    status: Status
    capacity: int
    since: datetime
    seen_at: datetime

    def serves(self, team: str | None) -> bool:
        """Whether they take conversations of a team; who is in no team takes all."""
        return team is None or not self.teams or team in self.teams


class PresenceStore(Protocol):
    """Where presence is kept."""

    async def put(self, agent: AgentHere) -> None:
        """Store or replace an agent's row."""
        ...

    async def seen(self, account_id: str, at: datetime) -> None:
        """Note that something was heard of an agent; nothing happens for one without a row."""
        ...

    async def get(self, account_id: str) -> AgentHere | None:
        """An agent's row."""
        ...

    async def all(self) -> list[AgentHere]:
        """Every row, by name."""
        ...


class Presence:
    """Sets and reads presence. An agent who was not heard of for a minute counts as offline, whatever they said."""

    def __init__(self, store: PresenceStore, signals: Signals, clock: Clock) -> None:
        self._store = store
        self._signals = signals
        self._clock = clock
        self._beaten: dict[str, datetime] = {}

    async def set(self, staff: Staff, status: Status, capacity: int | None = None) -> AgentHere:
        """Take an agent's word. `InvalidInput` `bad_capacity` outside of 1 to 50."""
        if capacity is not None and not 1 <= capacity <= LARGEST_CAPACITY:
            raise InvalidInput(f"Capacity goes from 1 to {LARGEST_CAPACITY}.", code="bad_capacity")
        now, known = self._clock.now(), await self._store.get(staff.id)
        before = self._current(known) if known else Status.OFFLINE
        agent = AgentHere(
            account_id=staff.id,
            name=staff.name,
            teams=staff.teams,
            status=status,
            capacity=capacity or (known.capacity if known else CAPACITY),
            since=known.since if known and before is status else now,
            seen_at=now,
        )
        await self._store.put(agent)
        self._beaten[staff.id] = now
        await self._tell(before, status)
        return agent

    async def of(self, staff: Staff) -> AgentHere:
        """How an agent stands now; one who never said anything is offline."""
        known, now = await self._store.get(staff.id), self._clock.now()
        if known is None:
            return AgentHere(staff.id, staff.name, staff.teams, Status.OFFLINE, CAPACITY, now, now)
        return replace(known, status=self._current(known))

    async def heartbeat(self, staff: Staff) -> None:
        """Something was heard of an agent. Cheap: written down four times a minute at most. One who was lost and is
        heard of again is what they said they were."""
        now = self._clock.now()
        last = self._beaten.get(staff.id)
        if last is not None and now - last < HEARTBEAT_EVERY:
            return
        self._beaten[staff.id] = now
        known = await self._store.get(staff.id)
        if known is None:
            return
        before = self._current(known)
        await self._store.seen(staff.id, now)
        await self._tell(before, known.status)

    async def everyone(self) -> list[AgentHere]:
        """All agents who ever said something, with their standing now."""
        return [replace(agent, status=self._current(agent)) for agent in await self._store.all()]

    async def online(self, *, heard_within: timedelta = STALE_AFTER) -> Sequence[AgentHere]:
        """Agents who said they are online and were heard of within that time."""
        oldest = self._clock.now() - heard_within
        return [a for a in await self._store.all() if a.status is Status.ONLINE and a.seen_at >= oldest]

    async def is_online(self, agent_id: str) -> bool:
        """See `bot.conversation.ports.AgentPresence`."""
        known = await self._store.get(agent_id)
        return known is not None and self._current(known) is Status.ONLINE

    def _current(self, agent: AgentHere) -> Status:
        return agent.status if agent.seen_at >= self._clock.now() - STALE_AFTER else Status.OFFLINE

    async def _tell(self, before: Status, after: Status) -> None:
        await self._signals.publish("presence")
        if before is not after:
            # Who comes or goes changes what waits where: routing and the lists look again.
            await self._signals.publish("queue")
