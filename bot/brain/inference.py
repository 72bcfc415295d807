"""One thread that computes turns, so that the server's own loop always answers."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from bot.event_loop import loop_factory

T = TypeVar("T")


class InferenceThread:
    """A thread with an event loop of its own. Model code runs only here; while one turn waits for the shop, another
    may go on."""

    def __init__(self, at_once: int = 8) -> None:
        self._loop = loop_factory()()
        self._thread = threading.Thread(target=self._run, name="inference", daemon=True)
        self._at_once = at_once
        self._slots: asyncio.Semaphore | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Compute something on the thread and wait for it here without blocking."""
        future = asyncio.run_coroutine_threadsafe(self._bounded(work), self._loop)
        return await asyncio.wrap_future(future)

    def stop(self) -> None:
        """Stop after what is being computed right now."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=5)

    async def _bounded(self, work: Coroutine[Any, Any, T]) -> T:
        if self._slots is None:
            self._slots = asyncio.Semaphore(self._at_once)
        async with self._slots:
            return await work

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        one_thread_for_torch()
        self._loop.run_forever()
        self._loop.close()


def one_thread_for_torch() -> None:
    """Only where something has brought torch in: the packaged model runs without it."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
