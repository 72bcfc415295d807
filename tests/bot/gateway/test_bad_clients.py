"""Clients that lie, push, hoard or play dead: each gets a clear answer or an end, and nobody else notices."""

import asyncio
import base64
import contextlib
import json
import os
import socket
import struct

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from bot.gateway import socket as customer_socket
from tests.support.house import House, is_message
from tests.support.waiting import eventually


@pytest.fixture
async def house():
    async with House() as house:
        yield house


async def closed_with(client) -> int:
    with contextlib.suppress(ConnectionClosed):
        async with asyncio.timeout(30):
            while True:
                await client.ws.recv()
    return client.ws.close_code


@pytest.mark.parametrize("seq", [-1, 2**53, True, "7", 1.5, None])
async def test_a_cursor_that_is_no_number_of_an_event_is_refused(house, seq):
    token = (await house.session())["session_token"]
    async with connect(f"ws://{house.address}/api/v1/widget/ws") as ws:
        await ws.send(json.dumps({"type": "hello", "session_token": token, "last_seq": seq}))
        assert json.loads(await ws.recv())["code"] == "bad_frame"


async def test_reading_what_was_never_written_is_refused_and_reading_backwards_changes_nothing(house):
    async with house.socket() as client:
        await client.say("hello")
        last = (await client.until(is_message("bot", "hello")))[-1]["seq"]
        await client.send(type="read", seq=last + 1000)
        assert (await client.until("error"))[-1]["code"] == "unknown_seq"
        await client.send(type="read", seq=last)
        read = await client.until(lambda frame: frame.get("event", {}).get("kind") == "read")
        assert read[-1]["event"]["seq"] == last
        await client.send(type="read", seq=1)
        await client.send(type="ping")
        assert [frame["type"] for frame in await client.until("pong")] == ["pong"]


async def test_an_id_used_again_for_another_text_is_refused_on_both_ways_in_and_the_first_text_stays(house):
    session = await house.session()
    async with house.socket(session["session_token"]) as client:
        key = await client.say("I want a refund")
        await client.until("ack")
        await client.say("I want nothing", client_message_id=key)
        refused = (await client.until("error"))[-1]
        assert (refused["code"], refused["client_message_id"]) == ("client_message_id_reused", key)
    answer = await house.http.post(
        "/api/v1/widget/messages",
        json={"client_message_id": key, "text": "I want nothing"},
        headers={"Authorization": f"Bearer {session['session_token']}"},
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "client_message_id_reused")
    log = await house.service.events(session["conversation_id"])
    said = [event.data["text"] for event in log if event.data.get("author", {}).get("kind") == "customer"]
    assert said == ["I want a refund"]


async def test_the_same_id_in_another_conversation_is_another_message(house):
    async with house.socket() as one, house.socket() as other:
        key = await one.say("mine")
        await other.say("yours", client_message_id=key)
        assert (await one.until("ack"))[-1]["duplicate"] is False
        assert (await other.until("ack"))[-1]["duplicate"] is False


async def test_who_goes_on_sending_too_fast_is_closed_and_what_was_taken_is_answered():
    async with House(messages_per_minute=2) as house, house.socket() as client:
        for number in range(2 + customer_socket.RATE_ERRORS_ALLOWED + 1):
            await client.say(f"message {number}")
        assert await closed_with(client) == 4429
        brain = house.brain
        await eventually(lambda: sum(len(request.messages) for request in brain.requests) == 2, timeout=30)


async def test_a_thousand_sockets_from_one_address_leave_room_and_the_ones_within_the_limit_work():
    async with House() as house:
        token = (await house.session())["session_token"]
        hello = json.dumps({"type": "hello", "session_token": token, "last_seq": 0})
        room = asyncio.Semaphore(50)

        async def open_one(stack):
            async with room:
                ws = await stack.enter_async_context(connect(f"ws://{house.address}/api/v1/widget/ws"))
                await ws.send(hello)
                try:
                    return ws if json.loads(await ws.recv())["type"] == "welcome" else None
                except ConnectionClosed:
                    assert ws.close_code == 4429
                    return None

        async with contextlib.AsyncExitStack() as stack:
            opened = [ws for ws in await asyncio.gather(*(open_one(stack) for _ in range(1000))) if ws]
            assert len(opened) == 200
            assert house.parts.metrics.sockets._value.get() == 200
            await opened[0].send(json.dumps({"type": "message", "client_message_id": "k1", "text": "still there?"}))
            for ws in (opened[0], opened[-1]):
                async with asyncio.timeout(30):
                    while not is_message("bot", "still there?")(json.loads(await ws.recv())):
                        pass
        async with house.socket(token) as again:  # what was given back can be had again
            assert (await again.frame(30))["type"] == "welcome"


def upgraded(address: str) -> socket.socket:
    """A raw connection after its handshake."""
    host, port = address.split(":")
    raw = socket.create_connection((host, int(port)), timeout=30)
    key = base64.b64encode(os.urandom(16)).decode()
    raw.sendall(
        f"GET /api/v1/widget/ws HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += raw.recv(4096)
    assert b" 101 " in answer.split(b"\r\n")[0]
    return raw


def masked(text: str) -> bytes:
    data, mask = text.encode(), os.urandom(4)
    size = bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0x80 | 126]) + struct.pack("!H", len(data))
    return b"\x81" + size + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))


def read_until(raw: socket.socket, wanted: bytes) -> None:
    found = b""
    while wanted not in found:
        data = raw.recv(65536)
        assert data, "closed without saying why"
        found += data


@pytest.mark.parametrize("greeted", [False, True])
async def test_half_a_frame_is_waited_for_only_so_long(house, monkeypatch, greeted):
    monkeypatch.setattr(customer_socket, "HELLO_WITHIN", 0.5)
    monkeypatch.setattr(customer_socket, "IDLE_AFTER", 0.5)
    hello = masked(json.dumps({"type": "hello", "session_token": (await house.session())["session_token"]}))
    raw = await asyncio.to_thread(upgraded, house.address)
    try:
        raw.sendall(hello + masked('{"type":"message"}')[:9] if greeted else hello[: len(hello) // 2])
        await asyncio.to_thread(read_until, raw, struct.pack("!H", 4408))
    finally:
        raw.close()
    await eventually(lambda: house.parts.metrics.sockets._value.get() == 0, timeout=30)


async def test_who_leaves_in_the_middle_of_a_frame_leaves_nothing_behind(house):
    raw = await asyncio.to_thread(upgraded, house.address)
    await eventually(lambda: house.parts.metrics.sockets._value.get() == 1, timeout=30)
    raw.sendall(masked('{"type":"hello"}')[:5])
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raw.close()  # a reset, not a goodbye
    await eventually(lambda: house.parts.metrics.sockets._value.get() == 0, timeout=30)
    assert (await house.session())["state"] == "bot"  # and the house goes on


async def test_who_never_reads_is_dropped_costs_little_and_finds_everything_on_coming_back(house, monkeypatch):
    monkeypatch.setattr(customer_socket, "SEND_WITHIN", 0.5)
    session = await house.session()
    token, conversation = session["session_token"], session["conversation_id"]
    raw = await asyncio.to_thread(upgraded, house.address)
    raw.sendall(masked(json.dumps({"type": "hello", "session_token": token})))
    await eventually(lambda: house.parts.metrics.sockets._value.get() == 1, timeout=30)
    wrote = 0
    while not house.parts.metrics.slow_readers._value.get():
        for _ in range(100):
            wrote += 1
            await house.service.post_customer_message(conversation, f"k{wrote}", "x" * 3900)
        assert wrote < 6000, "whoever does not read is fed without end"
        await asyncio.sleep(0.05)
    await eventually(lambda: house.parts.metrics.sockets._value.get() == 0, timeout=30)
    raw.close()
    seen = []
    async with house.socket(token) as client:
        while len(seen) < wrote:
            frame = await client.frame(30)
            if is_message("customer")(frame):
                seen.append(frame["seq"])
    assert seen == sorted(set(seen))
