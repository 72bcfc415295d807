"""What one socket is sent, through a socket that a test opens and shuts."""

import asyncio

import pytest
from starlette.websockets import WebSocketDisconnect

from bot.outbox import Outbox, SlowReader
from bot.wire_frames import EXTENSION, TextFrame
from tests.support.waiting import eventually


class Narrow:
    """Takes ready frames while it is open, and others one by one as soon as it is."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.open = asyncio.Event()
        self.open.set()
        self.broken: Exception | None = None
        self.scope = {"extensions": {EXTENSION: {"write": self._write}}}

    def _write(self, wire: bytes) -> bool:
        if self.open.is_set() and self.broken is None:
            self.taken.append(f"ready {wire[2:].decode()}")
            return True
        return False

    async def send_text(self, text: str) -> None:
        await self.open.wait()
        if self.broken is not None:
            raise self.broken
        self.taken.append(text)


def frame(text: str) -> TextFrame:
    return TextFrame(text.encode())


def outbox(ws: Narrow, failures: list, seconds: float = 30.0, limit: int = 3) -> Outbox:
    return Outbox(ws, limit=limit, seconds=seconds, failed=failures.append)


async def test_an_open_socket_is_written_to_by_whoever_puts():
    ws = Narrow()
    box = outbox(ws, [])
    await box.put(frame("a"))
    await box.put(frame("b"))
    assert ws.taken == ["ready a", "ready b"]
    await box.stop()


async def test_order_stays_when_a_shut_socket_opens_again():
    ws, failures = Narrow(), []
    box = outbox(ws, failures)
    await box.put(frame("a"))
    ws.open.clear()
    await box.put(frame("b"))
    await box.put(frame("c"))
    ws.open.set()
    await box.put(frame("d"))  # b and c are still waiting: d must not pass them
    await eventually(lambda: len(ws.taken) == 4)
    assert ws.taken == ["ready a", "b", "c", "d"]
    await box.put(frame("e"))
    assert ws.taken[-1] == "ready e"
    assert failures == []
    await box.stop()


async def test_who_puts_too_much_waits_for_room():
    ws = Narrow()
    box = outbox(ws, [])
    ws.open.clear()
    for text in "abc":
        await box.put(frame(text))
    more = asyncio.create_task(box.put(frame("d")))
    await asyncio.sleep(0)
    assert not more.done()
    ws.open.set()
    await more
    await eventually(lambda: ws.taken == ["a", "b", "c", "d"])
    await box.stop()


async def test_a_socket_that_takes_nothing_is_told_to_both_who_wait():
    ws, failures = Narrow(), []
    box = outbox(ws, failures, seconds=0.05)
    ws.open.clear()
    for text in "abc":
        await box.put(frame(text))
    with pytest.raises(SlowReader):
        await box.put(frame("d"))
    await eventually(lambda: failures)
    assert isinstance(failures[0], SlowReader)
    await box.stop()


async def test_a_broken_socket_is_told():
    ws, failures = Narrow(), []
    box = outbox(ws, failures)
    ws.broken = OSError("gone")
    await box.put(frame("a"))
    await eventually(lambda: failures)
    assert isinstance(failures[0], WebSocketDisconnect)
    await box.stop()


async def test_the_last_words_are_said():
    ws = Narrow()
    box = outbox(ws, [])
    ws.open.clear()
    for text in "abc":
        await box.put(frame(text))
    ws.open.set()
    await box.finish()
    assert ws.taken == ["a", "b", "c"]
    await box.stop()
    assert ws.taken == ["a", "b", "c"]
