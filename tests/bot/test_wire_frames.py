"""Frames made ready, read back by a client that knows nothing of them."""

import asyncio
import socket

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from websockets.asyncio.client import connect

from bot.wire_frames import FrameProtocol, TextFrame, json_frame, writer_of
from tests.support.waiting import eventually

SIZES = (0, 1, 125, 126, 127, 65_535, 65_536, 300_000)


def test_a_frame_says_what_it_was_made_of():
    assert json_frame({"text": "Ää"}).text == '{"text":"Ää"}'
    assert [len(TextFrame(b"x" * size).text) for size in SIZES] == list(SIZES)


def test_another_server_takes_no_ready_frames():
    assert writer_of({"type": "websocket"})(b"x") is False
    assert writer_of({"extensions": {"websocket.http.response": {}}})(b"x") is False


class Server:
    """Sends a text of each size, then waits for the client to go; keeps what it was told about writing."""

    def __init__(self, **config) -> None:
        self.written: list[bool] = []
        self.write = None
        app = Starlette(routes=[WebSocketRoute("/", self._serve)])
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.server = uvicorn.Server(
            uvicorn.Config(app, ws=FrameProtocol, lifespan="off", log_level="warning", **config)
        )
        self.server.install_signal_handlers = lambda: None

    async def _serve(self, ws) -> None:
        self.write = writer_of(ws.scope)
        self.written.append(self.write(TextFrame(b"before it is accepted").wire))
        await ws.accept()
        for size in SIZES:
            frame = TextFrame(b"x" * size)
            if not self.write(frame.wire):
                await ws.send_text(frame.text)
        assert (await ws.receive())["type"] == "websocket.receive"
        assert (await ws.receive())["type"] == "websocket.disconnect"
        self.written.append(self.write(TextFrame(b"after it has gone").wire))

    async def __aenter__(self):
        self.task = asyncio.create_task(self.server.serve(sockets=[self.listener]))
        await eventually(lambda: self.server.started)
        self.address = f"ws://127.0.0.1:{self.listener.getsockname()[1]}/"
        return self

    async def __aexit__(self, *_):
        self.server.should_exit = True
        await self.task


@pytest.mark.parametrize("compressed", [False, True])
async def test_a_client_reads_what_was_sent(compressed):
    async with Server(ws_per_message_deflate=compressed) as server:
        async with connect(server.address, max_size=None) as client:
            assert [len(await client.recv()) for _ in SIZES] == list(SIZES)
            await client.send("thanks")
        await eventually(lambda: len(server.written) == 2)
        assert server.written == [False, False]
