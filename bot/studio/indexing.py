"""Keeping the knowledge base's index up with the articles: after a change it is built anew in the background."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from bot.conversation.ports import Clock
from bot.errors import BatonError

log = logging.getLogger(__name__)


class Indexing:
    """Runs `reindex` after changes, one at a time; changes during a run are taken up by one more run."""

    def __init__(self, reindex: Callable[[], Awaitable[None]], clock: Clock) -> None:
        self._reindex = reindex
        self._clock = clock
        self._running: asyncio.Task[None] | None = None
        self._again = False
        self._finished_at: datetime | None = None
        self._error: str | None = None

    def changed(self) -> None:
        """An article changed."""
        self._again = True
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._work())

    def state(self) -> dict[str, Any]:
        """`running`, `failed` or `current`, and when it last ended."""
        running = self._running is not None and not self._running.done()
        status = "running" if running else "failed" if self._error else "current"
        return {"status": status, "error": self._error, "finished_at": self._finished_at}

    async def close(self) -> None:
        """Give up a run."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _work(self) -> None:
        while self._again:
            self._again = False
            try:
                await self._reindex()
                self._error = None
            except BatonError as error:
                self._error = error.message
            except Exception as error:
                log.exception("indexing failed")
                self._error = f"Indexing failed: {type(error).__name__}."
            self._finished_at = self._clock.now()
