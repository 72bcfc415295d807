"""What one socket is sent: in order, at once where the socket takes it, else as soon as it does."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.wire_frames import TextFrame, writer_of

LAST_WORDS_WITHIN = 1.0
GONE = 1006


class SlowReader(Exception):
    """A socket that does not take within the time what it is sent."""


class Outbox:
    """Frames to one socket. While it takes them they are written by whoever puts them, with no task and no timer;
    what it does not take waits here, at most `limit` frames, and a task sends it on.

    `failed` is told of a `SlowReader` that took no frame for `seconds`, or of a `WebSocketDisconnect`. `stop` at the
    end, whatever the end is.
    """

    __slots__ = ("_failed", "_limit", "_room", "_seconds", "_sending", "_waiting", "_write", "_ws")

    def __init__(self, ws: WebSocket, *, limit: int, seconds: float, failed: Callable[[Exception], None]) -> None:
        self._ws = ws
        self._limit = limit
        self._seconds = seconds
        self._failed = failed
        self._write = writer_of(ws.scope)
        self._waiting: deque[TextFrame] = deque()
        self._sending: asyncio.Task[None] | None = None
        self._room: asyncio.Event | None = None

    async def put(self, frame: TextFrame) -> None:
        """Send a frame after those put before; waits only while too many wait, and raises `SlowReader` if that takes
        too long."""
        if not self._waiting and self._write(frame.wire):
            return
        if len(self._waiting) >= self._limit:
            await self._wait_for_room()
        self._waiting.append(frame)
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_on())

    async def _wait_for_room(self) -> None:
        self._room = self._room or asyncio.Event()
        try:
            async with asyncio.timeout(self._seconds):
                while len(self._waiting) >= self._limit:
                    self._room.clear()
                    await self._room.wait()
        except TimeoutError:
            raise SlowReader from None

    async def _send_on(self) -> None:
        try:
            while self._waiting:
                async with asyncio.timeout(self._seconds):
                    await self._ws.send_text(self._waiting[0].text)
                self._waiting.popleft()  # only now, so that nothing put meanwhile overtakes it
                if self._room is not None:
                    self._room.set()
        except TimeoutError:
            self._failed(SlowReader())
        except (RuntimeError, WebSocketDisconnect, OSError):
            self._failed(WebSocketDisconnect(GONE))
        finally:
            self._sending = None

    async def finish(self) -> None:
        """Say what is still waiting, as far as the socket takes it soon; nothing may be put any more."""
        await self._stop_sending()
        with suppress(TimeoutError, RuntimeError, WebSocketDisconnect, OSError):
            while self._waiting:
                async with asyncio.timeout(LAST_WORDS_WITHIN):
                    await self._ws.send_text(self._waiting.popleft().text)

    async def stop(self) -> None:
        """Send nothing more, and let go of the socket: whoever holds this box and is told by it would otherwise be
        kept, once closed, until the garbage collector comes by."""
        await self._stop_sending()
        self._failed = _nobody
        self._write = _nothing

    async def _stop_sending(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)


def _nobody(_: Exception) -> None:
    return None


def _nothing(_: bytes) -> bool:
    return False
