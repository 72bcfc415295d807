"""A deadline that is put off: late only when nothing was heard for so long."""

import asyncio

from bot.gateway.deadline import Deadline


async def test_it_is_late_once_when_it_was_not_put_off() -> None:
    late = []
    Deadline(0.01, lambda: late.append(1))
    await asyncio.sleep(0.1)
    assert late == [1]


async def test_it_is_not_late_while_it_is_put_off_or_held_or_when_it_is_cancelled() -> None:
    late = []
    loop = asyncio.get_running_loop()
    deadline = Deadline(0.3, lambda: late.append(loop.time()))
    cancelled = Deadline(0.01, lambda: late.append(0.0))
    cancelled.cancel()
    for _ in range(6):
        await asyncio.sleep(0.1)
        deadline.put_off()
    deadline.hold()
    await asyncio.sleep(0.7)
    assert late == []
    put_off = loop.time()
    deadline.put_off()
    while not late:
        await asyncio.sleep(0.01)
    assert late[0] - put_off > 0.29  # a loop's timers may be early by the resolution of its clock
