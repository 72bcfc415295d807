"""What the conversation core needs from the world, each as a Protocol with its promises."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol

from bot.conversation.model import Lease, Reply, TakenTurn, TurnRequest, TurnResult


class Brain(Protocol):
    """Computes turns; holds no conversation."""

    async def turn(self, request: TurnRequest) -> TurnResult:
        """Compute one turn within a bounded time (seconds); raise `bot.errors.Unavailable` if no worker answers,
        any other `BatonError` if this turn cannot be computed. Safe to repeat."""
        ...


class Availability(Protocol):
    """Whether people can take a conversation now."""

    async def anyone_for(self, team: str | None) -> bool:
        """True when it is within opening hours and at least one agent (of the team, if given) is online."""
        ...

    def next_opening(self, after: datetime) -> datetime | None:
        """When people are here next; None when there are no opening hours (always open)."""
        ...


class Heard(Protocol):
    """News that one listener has not read yet: an async iterator that waits for more, or taken one by one."""

    def take(self) -> tuple[str, Mapping[str, Any] | None] | None:
        """The oldest news that waits; None if there is none."""
        ...

    def __aiter__(self) -> AsyncIterator[tuple[str, Mapping[str, Any] | None]]:
        """Itself."""
        ...

    async def __anext__(self) -> tuple[str, Mapping[str, Any] | None]:
        """The oldest news, as soon as there is some."""
        ...


class Signals(Protocol):
    """Wake-ups and passing news (typing). May lose any of them: the truth is in the database."""

    async def publish(self, topic: str, payload: Mapping[str, Any] | None = None) -> None:
        """Tell every listener of a topic; never raises for a broken transport, never blocks for long."""
        ...

    def subscribe(self, *topics: str, wake: Callable[[], None] = ...) -> AbstractAsyncContextManager[Heard]:
        """Listen from the moment the context is entered. A slow listener loses the oldest news, never blocks others.
        `wake` is called, in the event loop, whenever there is something to `take`: for who waits for other things
        too."""
        ...


class Words(Protocol):
    """The service's own sentences to customers, kept with the bot's content so that editors can change them.

    Called inside transactions, from whatever thread the store runs them in: must neither block nor touch the loop."""

    def say(self, name: str, /, **values: Any) -> Reply:
        """The response of that name with its values filled in; raises KeyError for a name that does not exist."""
        ...


class Clock(Protocol):
    """Time, so that tests can move it."""

    def now(self) -> datetime:
        """The present, aware, UTC."""
        ...


class AgentPresence(Protocol):
    """Whether one agent is there now; asked when a conversation is written to soon after it was closed."""

    async def is_online(self, agent_id: str) -> bool:
        """True when that agent is signed in, not away, and may be given a conversation."""
        ...


class TurnTaker(Protocol):
    """A dispatcher in this process that can take a turn in the very transaction that owes it."""

    def reserve(self) -> Lease | None:
        """A lease and a place to compute under it, if there is one free now and nobody waits for it; every reservation
        is either accepted or released."""
        ...

    def accept(self, taken: TakenTurn) -> None:
        """The turn is stored under the reserved lease: compute it."""
        ...

    def release(self) -> None:
        """The reservation is not needed."""
        ...


class Observer(Protocol):
    """Where the core's figures go; calls must be quick and never raise."""

    def turn_finished(self, outcome: str, stages: Mapping[str, float]) -> None:
        """One turn ended as answered, clarified, offered_human, escalated, failed, dropped, lost (its lease ran out) or
        retried. `stages` in milliseconds: waited, brain, stored, and what the worker timed."""
        ...

    def outbox(self, waiting: int, oldest_seconds: float) -> None:
        """How many turns are owed now and how long the oldest has been."""
        ...

    def dropped(self, what: str) -> None:
        """Something was not used, and that was right: `reply`, computed while a person took over."""
        ...
