"""The event loop of processes that talk to many: uvloop where it is installed, else Python's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """What makes a new loop."""
    try:
        import uvloop  # noqa: PLC0415  not on every system
    except ImportError:
        return asyncio.new_event_loop
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


def run(main: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`, on the faster loop."""
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(main)
