"""A time limit that is put off again and again, at next to no cost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Deadline:
    """Calls `late` once if it was not put off for so many seconds. Putting it off is setting a number, not a timer: a
    gateway does it at every frame of thousands of sockets. To be made in a running event loop."""

    __slots__ = ("_at", "_held", "_late", "_loop", "_seconds", "_timer")

    def __init__(self, seconds: float, late: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._seconds = seconds
        self._late = late
        self._held = False
        self._at = self._loop.time() + seconds
        self._timer = self._loop.call_at(self._at, self._look)

    def hold(self) -> None:
        """Do not count until it is put off."""
        self._held = True

    def put_off(self) -> None:
        """Begin to count anew."""
        self._held = False
        self._at = self._loop.time() + self._seconds

    def cancel(self) -> None:
        """It will not be late any more."""
        self._timer.cancel()

    def _look(self) -> None:
        now = self._loop.time()
        if self._held:
            self._timer = self._loop.call_at(now + self._seconds, self._look)
        elif now < self._at:
            self._timer = self._loop.call_at(self._at, self._look)
        else:
            self._late()
