"""Tasks that live and die together."""

from __future__ import annotations

import asyncio


async def until_one_ends(tasks: set[asyncio.Future[None]]) -> None:
    """Wait until one of the tasks has ended, then cancel the others and wait for them too; raises what the one raised.

    The set is empty afterwards. An error knows every frame it went through, so a frame that still held the task that
    holds the error would keep itself, and with it a whole closed socket, until the garbage collector comes by.
    """
    error: BaseException | None = None
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        error = _error_of(tasks)
    finally:
        await _end(tasks)
        tasks.clear()
    if error is not None:
        try:
            raise error
        finally:
            del error


async def _end(tasks: set[asyncio.Future[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _error_of(tasks: set[asyncio.Future[None]]) -> BaseException | None:
    ended = (task for task in tasks if task.done() and not task.cancelled())
    return next((error for task in ended if (error := task.exception())), None)
