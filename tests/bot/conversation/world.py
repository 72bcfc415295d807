"""A conversation service with everything around it held in the test's hand: time, staff, words, brain."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.conversation.model import Conversation, Event, Reply, Signals, Staff, TurnRequest, TurnResult
from bot.conversation.recent import RecentEvents
from bot.conversation.service import ConversationService
from bot.conversation.store import ConversationStore
from bot.conversation.turns import Dispatcher
from bot.storage.signals import InProcessSignals

ANN = Staff("staff-ann", "Ann")
BEN = Staff("staff-ben", "Ben")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time

    def forward(self, **amount: float) -> None:
        self.time += timedelta(**amount)


class PlainWords:
    """Says the name of each sentence with what it was given, so that tests see both."""

    def say(self, name: str, /, **values: Any) -> Reply:
        given = ", ".join(f"{key}={value}" for key, value in sorted(values.items()) if value is not None)
        return Reply(f"{name}({given})")


@dataclass
class Rota:
    """Who is there."""

    anyone: bool = True
    opening: datetime | None = None
    online: set[str] = field(default_factory=set)
    asked_for: list[str | None] = field(default_factory=list)

    async def anyone_for(self, team: str | None) -> bool:
        self.asked_for.append(team)
        return self.anyone

    def next_opening(self, after: datetime) -> datetime | None:
        return self.opening

    async def is_online(self, agent_id: str) -> bool:
        return agent_id in self.online


Answer = TurnResult | Exception | Callable[[TurnRequest], Any]


class ScriptedBrain:
    """Answers as told; once the script is used up it repeats what the customer said."""

    def __init__(self) -> None:
        self.script: deque[Answer] = deque()
        self.requests: list[TurnRequest] = []
        self.hold: asyncio.Event | None = None

    def next(self, *answers: Answer) -> None:
        self.script.extend(answers)

    async def turn(self, request: TurnRequest) -> TurnResult:
        self.requests.append(request)
        if self.hold is not None:
            await self.hold.wait()
        answer = self.script.popleft() if self.script else echo
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer


def echo(request: TurnRequest) -> TurnResult:
    text = " / ".join(message.text for message in request.messages)
    return result(f"echo: {text}", tracker=[{"event": "user", "text": text}])


def result(*texts: str, tracker: list[dict[str, Any]] | None = None, **signals: Any) -> TurnResult:
    return TurnResult(tuple(Reply(text) for text in texts), tracker or [], Signals(**signals), "model-1", {"nlu": 1.0})


@dataclass
class Watch:
    """An observer that keeps what it was told."""

    turns: list[tuple[str, dict[str, float]]] = field(default_factory=list)
    drops: list[str] = field(default_factory=list)
    outboxes: list[tuple[int, float]] = field(default_factory=list)

    def turn_finished(self, outcome: str, stages: Any) -> None:
        self.turns.append((outcome, dict(stages)))

    def outbox(self, waiting: int, oldest_seconds: float) -> None:
        self.outboxes.append((waiting, oldest_seconds))

    def dropped(self, what: str) -> None:
        self.drops.append(what)


class World:
    """The service on a store, and shortcuts that tests read well with."""

    def __init__(self, store: ConversationStore, recent: RecentEvents | None = None) -> None:
        self.store = store
        self.clock = HandClock()
        self.rota = Rota()
        self.brain = ScriptedBrain()
        self.watch = Watch()
        self.signals = InProcessSignals()
        self.service = ConversationService(
            store, self.signals, self.rota, PlainWords(), self.clock, presence=self.rota, recent=recent
        )
        self._sent = 0

    def dispatcher(self, **settings: Any) -> Dispatcher:
        quick = {"poll_seconds": 0.01, "retry_seconds": 0.0, "observer": self.watch} | settings
        return Dispatcher(self.store, self.service, self.brain, self.signals, self.clock, **quick)

    async def customer(self) -> str:
        return (await self.service.open(None)).id

    async def says(self, conversation_id: str, text: str) -> int:
        self._sent += 1
        return (await self.service.post_customer_message(conversation_id, f"m{self._sent}", text)).seq

    async def answers(self, conversation_id: str | None = None) -> list[str]:
        """Run every due turn once, without a dispatcher; how each ended."""
        ended = []
        for taken in await self.service.take_turns("test-lease", 30, 50):
            ended.append(await self.service.finish_turn(taken, await self.brain.turn(taken.request)))
        return ended

    async def queued(self) -> str:
        """A conversation that waits for a person."""
        conversation_id = await self.customer()
        await self.says(conversation_id, "where is my order")
        await self.service.request_human(conversation_id, "human")
        return conversation_id

    async def with_agent(self, staff: Staff = ANN) -> str:
        """A conversation that an agent has."""
        conversation_id = await self.queued()
        await self.service.claim(conversation_id, staff)
        return conversation_id

    async def seen(self, conversation_id: str) -> Conversation:
        return await self.service.conversation(conversation_id)

    async def log(self, conversation_id: str, private: bool = True) -> list[Event]:
        return await self.service.events(conversation_id, private=private, limit=10_000)

    async def texts(self, conversation_id: str) -> list[str]:
        """Every message as 'author: text'."""
        found = [event for event in await self.log(conversation_id) if event.kind == "message"]
        return [f"{event.data['author']['kind']}: {event.data['text']}" for event in found]

    async def events_of(self, conversation_id: str, kind: str) -> list[dict[str, Any]]:
        return [dict(event.data) for event in await self.log(conversation_id) if event.kind == kind]
