"""Wake-ups and passing news inside one process."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.conversation.ports import Heard

News = tuple[str, Mapping[str, Any] | None]
ChangedSince = Callable[[datetime], Awaitable[Mapping[str, Hashable]]]

LISTENER_LIMIT = 256
LOOK_SECONDS = 5.0
# Clocks of gateways differ a little, and a change is stamped before it is committed.
OVERLAP = timedelta(seconds=10)


class InProcessSignals:
    """`Signals` among the tasks of one event loop.

    A topic that ends in `*` listens to every topic with that beginning. Each listener has its own bounded store:
    plain "there is news" of one topic is kept once however often it comes, and of passing news the oldest goes first.
    """

    def __init__(self, listener_limit: int = LISTENER_LIMIT) -> None:
        self._limit = listener_limit
        self._exact: dict[str, set[_Listener]] = {}
        self._prefixes: dict[str, set[_Listener]] = {}

    async def publish(self, topic: str, payload: Mapping[str, Any] | None = None) -> None:
        """Tell every listener of a topic; takes no time and never fails."""
        self.deliver(topic, payload)

    def deliver(self, topic: str, payload: Mapping[str, Any] | None) -> None:
        """Hand news to the listeners of this process."""
        self.deliver_to_exact(topic, payload)
        for prefix in self._prefixes:
            if topic.startswith(prefix):
                self.deliver_to_prefix(prefix, topic, payload)

    def deliver_to_exact(self, topic: str, payload: Mapping[str, Any] | None) -> None:
        """Only to those who asked for this very topic."""
        for listener in self._exact.get(topic, ()):
            listener.put(topic, payload)

    def deliver_to_prefix(self, prefix: str, topic: str, payload: Mapping[str, Any] | None) -> None:
        """Only to those who asked for everything that begins so."""
        for listener in self._prefixes.get(prefix.removesuffix("*"), ()):
            listener.put(topic, payload)

    def listeners(self, topic: str) -> int:
        """How many listen to a topic as it was asked for."""
        return len(self._listeners(topic).get(topic.removesuffix("*"), ()))

    @asynccontextmanager
    async def subscribe(self, *topics: str, wake: Callable[[], None] = lambda: None) -> AsyncIterator[Heard]:
        """Listen from the moment the context is entered."""
        listener = _Listener(self._limit, wake)
        for topic in topics:
            self._listeners(topic).setdefault(topic.removesuffix("*"), set()).add(listener)
        try:
            yield listener
        finally:
            for topic in topics:
                self._forget(topic, listener)

    def _listeners(self, topic: str) -> dict[str, set[_Listener]]:
        return self._prefixes if topic.endswith("*") else self._exact

    def _forget(self, topic: str, listener: _Listener) -> None:
        table, key = self._listeners(topic), topic.removesuffix("*")
        listeners = table.get(key)
        if listeners is not None:
            listeners.discard(listener)
            if not listeners:
                del table[key]

    @property
    def topics(self) -> int:
        """How many topics somebody listens to; back to what it was when every listener has gone."""
        return len(self._exact) + len(self._prefixes)


class _Listener:
    """News that one listener has not read yet."""

    def __init__(self, limit: int, wake: Callable[[], None]) -> None:
        self._limit = limit
        self._wake = wake
        self._waiting: OrderedDict[object, News] = OrderedDict()
        self._some = asyncio.Event()
        self._count = 0

    def put(self, topic: str, payload: Mapping[str, Any] | None) -> None:
        """Keep news; never blocks."""
        self._count += 1
        key: object = topic if payload is None else self._count
        if key in self._waiting:
            return
        if len(self._waiting) >= self._limit:
            self._waiting.popitem(last=False)
        self._waiting[key] = (topic, payload)
        self._some.set()
        self._wake()

    def take(self) -> News | None:
        """See `Heard.take`."""
        return self._waiting.popitem(last=False)[1] if self._waiting else None

    def __aiter__(self) -> _Listener:
        return self

    async def __anext__(self) -> News:
        while not self._waiting:
            self._some.clear()
            await self._some.wait()
        return self._waiting.popitem(last=False)[1]


class ChangeLook:
    """One look at the database for a whole gateway: which conversations have news, whoever wrote it. It makes up for
    every signal that got lost, so that no socket has to look for itself. What one look told the next does not repeat,
    though the times they look at overlap."""

    def __init__(self, local: InProcessSignals, changed_since: ChangedSince) -> None:
        self._local = local
        self._changed_since = changed_since
        self._seen_until = datetime.now(UTC)
        self._told: Mapping[str, Hashable] = {}

    async def look(self, *, everything: bool) -> None:
        """Tell the listeners here what changed since the last look; `everything` also wakes those who listen to the
        line, the turns and presence, as after signals were away."""
        now = datetime.now(UTC)
        with suppress(Exception):  # the database may be away as well: the next look covers this one's time
            changed = await self._changed_since(self._seen_until - OVERLAP)
            for topic, mark in changed.items():
                if self._told.get(topic) != mark:
                    self._local.deliver(topic, None)
            self._told, self._seen_until = changed, now
        if everything:
            for topic in ("queue", "turns", "presence"):
                self._local.deliver(topic, None)

    async def forever(self, every: float = LOOK_SECONDS) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(every)
            await self.look(everything=False)
