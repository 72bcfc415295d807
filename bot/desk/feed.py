"""The desk's live list, computed once for all agents of this gateway and handed to each of them when it changes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.conversation.model import State
from bot.conversation.ports import Clock, Signals
from bot.desk.presence import AgentHere, Presence
from bot.desk.queue import ConversationList, Wanted, items
from bot.errors import BatonError
from bot.wire_frames import TextFrame, json_frame

log = logging.getLogger(__name__)

SHOWN = (State.QUEUED, State.OFFLINE, State.AGENT)
SHOWN_LIMIT = 300
AT_MOST_EVERY = 0.25
POLL_EVERY = 10.0


@dataclass(frozen=True, slots=True)
class FeedFrame:
    """A frame made once for all who get it: the list of a busy desk is long, and its agents are many."""

    kind: str
    frame: TextFrame


class DeskFeed:
    """Frames `queue` and `presence`. Works only while somebody listens."""

    def __init__(self, listing: ConversationList, presence: Presence, signals: Signals, clock: Clock) -> None:
        self._listing = listing
        self._presence = presence
        self._signals = signals
        self._clock = clock
        self._listeners: set[asyncio.Queue[FeedFrame]] = set()
        self._working: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._last: dict[str, tuple[Any, FeedFrame]] = {}

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[asyncio.Queue[FeedFrame]]:
        """A queue of frames, beginning with the newest of each kind. A listener that does not read gets only the
        newest frames: each holds the whole list."""
        listener: asyncio.Queue[FeedFrame] = asyncio.Queue(4)
        self._listeners.add(listener)
        for _, frame in self._last.values():
            _put(listener, frame)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        self._news.set()
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
            if not self._listeners and self._working is not None:
                self._working.cancel()
                self._working = None
                self._last = {}

    async def _work(self) -> None:
        async with self._signals.subscribe("queue", "presence", "conversation:*") as news:
            listening = asyncio.create_task(self._listen(news))
            try:
                while True:
                    self._news.clear()
                    await self._look()
                    # Many changes at once are shown together.
                    await asyncio.sleep(AT_MOST_EVERY)
                    await self._wait()
            finally:
                listening.cancel()

    async def _listen(self, news: AsyncIterator[tuple[str, Mapping[str, Any] | None]]) -> None:
        async for _, payload in news:
            if payload is None:
                self._news.set()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(POLL_EVERY):
                await self._news.wait()
        except TimeoutError:
            return

    async def _look(self) -> None:
        try:
            self._show("queue", *await self._list())
            self._show("presence", *await self._agents())
        except BatonError as error:
            log.warning("the desk's list could not be read: %s", error.code)
            await asyncio.sleep(1.0)

    async def _list(self) -> tuple[Any, Mapping[str, Any]]:
        found = await self._listing.find(Wanted(states=SHOWN, limit=SHOWN_LIMIT))
        counts = {state.value: number for state, number in (await self._listing.counts()).items()}
        shown = items(found, self._clock.now())
        # Waiting time passes, and customers talk with the bot, without anything having changed for agents.
        still = [{**item, "waiting_seconds": None} for item in shown]
        return still, {"type": "queue", "items": shown, "counts": counts}

    async def _agents(self) -> tuple[Any, Mapping[str, Any]]:
        frame = {"type": "presence", "agents": [agent_body(agent) for agent in await self._presence.everyone()]}
        return frame["agents"], frame

    def _show(self, kind: str, essence: Any, frame: Mapping[str, Any]) -> None:
        if kind in self._last and self._last[kind][0] == essence:
            return
        written = FeedFrame(kind, json_frame(frame))
        self._last[kind] = (essence, written)
        for listener in self._listeners:
            _put(listener, written)


def agent_body(agent: AgentHere) -> dict[str, Any]:
    """An agent as colleagues see them."""
    return {
        "id": agent.account_id,
        "name": agent.name,
        "teams": list(agent.teams),
        "status": agent.status.value,
        "capacity": agent.capacity,
        "since": agent.since.isoformat().replace("+00:00", "Z"),
    }


def _put(listener: asyncio.Queue[FeedFrame], frame: FeedFrame) -> None:
    if listener.full():
        waiting = [listener.get_nowait() for _ in range(listener.qsize())]
        newest = {old.kind: old for old in waiting}
        for old in newest.values():
            listener.put_nowait(old)
    listener.put_nowait(frame)
