"""Tasks that end together leave nothing behind for the garbage collector."""

import asyncio
import gc
import weakref

import pytest

from bot.side_by_side import until_one_ends


class Held:
    """Something that a frame holds."""


async def fails() -> None:
    await asyncio.sleep(0)
    raise ValueError("the first to end")


async def waits(ended: list[str]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        ended.append("cancelled")


async def test_the_first_error_is_raised_and_the_others_are_ended() -> None:
    ended: list[str] = []
    tasks = {asyncio.ensure_future(fails()), asyncio.ensure_future(waits(ended))}
    with pytest.raises(ValueError, match="the first to end"):
        await until_one_ends(tasks)
    assert ended == ["cancelled"]
    assert not tasks


async def test_who_is_cancelled_ends_all() -> None:
    ended: list[str] = []
    tasks = {asyncio.ensure_future(waits(ended)) for _ in range(3)}
    together = asyncio.ensure_future(until_one_ends(tasks))
    await asyncio.sleep(0.01)
    together.cancel()
    with pytest.raises(asyncio.CancelledError):
        await together
    assert ended == ["cancelled"] * 3


async def test_what_the_frame_held_is_free_without_the_collector() -> None:
    seen = []

    async def serve() -> None:
        held = Held()
        seen.append(weakref.ref(held))
        tasks = {asyncio.ensure_future(fails()), asyncio.ensure_future(waits([]))}
        await until_one_ends(tasks)

    gc.disable()
    try:
        with pytest.raises(ValueError, match="the first"):
            await serve()
        await asyncio.sleep(0)
        assert seen[0]() is None
    finally:
        gc.enable()
