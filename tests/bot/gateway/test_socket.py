"""The customer socket through a real server: the contract of the outside."""

import asyncio
import contextlib
import json
import uuid
from datetime import timedelta

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from bot.gateway.sessions import hash_token, operator_proof
from tests.support.house import ALLOWED, SECRET, House, is_message


@pytest.fixture
async def house():
    async with House() as house:
        yield house


async def test_hello_welcome_replay_ack_answer(house):
    async with house.socket() as client:
        first = await client.frame()
        assert (first["type"], first["state"]) == ("welcome", "bot")
        opening = await client.frame()
        assert (opening["seq"], opening["event"]["author"]["kind"]) == (1, "bot")
        client_id = await client.say("hello there")
        frames = await client.until(is_message("bot", "You said: hello there"))
        ack = next(frame for frame in frames if frame["type"] == "ack")
        assert (ack["client_message_id"], ack["seq"], ack["duplicate"]) == (client_id, 2, False)
        own = next(frame for frame in frames if is_message("customer")(frame))
        assert own["event"]["message_id"] == ack["message_id"]
        assert [f["seq"] for f in frames if f["type"] == "event"] == [2, 3]


async def test_the_same_id_again_is_a_duplicate_with_the_first_result(house):
    async with house.socket() as client:
        client_id = await client.say("once")
        first = (await client.until("ack"))[-1]
        await client.say("once", client_id)
        second = (await client.until("ack"))[-1]
        assert second | {"duplicate": False} == first
        assert second["duplicate"] is True
        await client.say("other words", client_id)
        error = (await client.until("error"))[-1]
        assert (error["code"], error["client_message_id"]) == ("client_message_id_reused", client_id)


async def test_a_reconnecting_client_gets_what_it_missed_and_nothing_twice(house):
    token = (await house.session())["session_token"]
    async with house.socket(token) as client:
        await client.say("one")
        seen = (await client.until(is_message("bot", "You said: one")))[-1]["seq"]
    async with house.socket(token) as other:
        await other.say("two")
        await other.until(is_message("bot", "You said: two"))
    async with house.socket(token, last_seq=seen) as client:
        frames = await client.until(is_message("bot", "You said: two"))
        events = [f for f in frames if f["type"] == "event"]
        assert [e["event"]["text"] for e in events] == ["two", "You said: two"]
        assert seen < events[0]["seq"] < events[1]["seq"]


async def test_two_pages_of_one_customer_see_the_same(house):
    token = (await house.session())["session_token"]
    async with house.socket(token) as left, house.socket(token) as right:
        await left.say("from the left")
        log_left = [f for f in await left.until(is_message("bot", "from the left")) if f["type"] == "event"]
        log_right = [f for f in await right.until(is_message("bot", "from the left")) if f["type"] == "event"]
        assert log_left == log_right


async def test_a_cursor_from_the_future_is_told_to_fetch_afresh(house):
    async with house.socket(last_seq=1000) as client:
        assert [f["type"] for f in await client.until("resync")] == ["welcome", "resync"]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("not json", "bad_json"),
        (json.dumps({"type": "explode"}), "unknown_type"),
        (json.dumps({"type": "message", "client_message_id": "x", "text": "y" * 10_000}), "text_too_long"),
        (json.dumps({"type": "message", "client_message_id": "x", "text": ""}), "empty_text"),
        (json.dumps({"type": "message", "client_message_id": "x", "text": "z" * 70_000}), "frame_too_large"),
        (json.dumps({"type": "hello", "session_token": "t"}), "hello_twice"),
        (b"\x00\x01", "text_frames_only"),
    ],
)
async def test_bad_frames_get_an_error_and_the_connection_stays(house, frame, code):
    async with house.socket() as client:
        await client.ws.send(frame)
        assert (await client.until("error"))[-1]["code"] == code
        await client.send(type="ping")
        assert (await client.until("pong"))[-1] == {"type": "pong"}


async def test_endless_nonsense_is_abuse(house):
    async with house.socket() as client:
        with contextlib.suppress(ConnectionClosed):
            for _ in range(30):
                await client.ws.send("nonsense")
            async for _ in client.ws:  # a client that does not read does not see the close frame either
                pass
        assert client.ws.close_code == 4400


async def test_an_unknown_or_expired_token_is_told_so_and_closed(house):
    async with house.socket("no-such-token") as client:
        assert (await client.frame())["code"] == "session_unknown"
        await client.ws.wait_closed()
        assert client.ws.close_code == 4401
    token = (await house.session())["session_token"]
    stored = await house.session_store.get(hash_token(token))
    from dataclasses import replace

    await house.session_store.put(replace(stored, expires_at=house.clock.now() - timedelta(seconds=1)))
    async with house.socket(token) as client:
        assert (await client.frame())["code"] == "session_expired"
        await client.ws.wait_closed()
        assert client.ws.close_code == 4401


async def test_a_foreign_page_is_closed_and_an_allowed_one_is_not(house):
    token = (await house.session())["session_token"]
    async with connect(f"ws://{house.address}/api/v1/widget/ws", origin="https://evil.example.net") as ws:
        await ws.wait_closed()
        assert ws.close_code == 4403
    async with house.socket(token, origin=ALLOWED) as client:
        assert (await client.frame())["type"] == "welcome"
    async with house.socket(token, origin=f"http://{house.address}") as client:
        assert (await client.frame())["type"] == "welcome"


async def test_a_person_is_asked_for_and_the_bot_is_silent_from_then_on(house):
    async with house.socket() as client:
        await client.send(type="request_human", client_message_id=str(uuid.uuid4()))
        frames = await client.until(lambda f: f["type"] == "event" and f["event"]["kind"] == "state")
        assert frames[-1]["event"]["to"] == "queued"
        await client.say("are you there")
        await client.until("ack")
        await client.send(type="back_to_bot")
        await client.until(lambda f: f["type"] == "event" and f["event"].get("to") == "bot")
        await client.say("so then")
        await client.until(is_message("bot", "You said: so then"))
    assert [m.text for request in house.brain.requests for m in request.messages] == ["so then"]


async def test_nobody_there_takes_the_message_and_says_so(house):
    house.availability.online = False
    async with house.socket() as client:
        await client.send(type="request_human", client_message_id=str(uuid.uuid4()))
        frames = await client.until(lambda f: f["type"] == "event" and f["event"]["kind"] == "state")
        assert frames[-1]["event"]["to"] == "offline"
        await client.until(is_message("system"))


async def test_typing_of_the_bot_is_shown(house):
    async with house.socket() as client:
        await client.say("hello")
        frames = await client.until(is_message("bot", "hello"))
        assert {"type": "typing", "by": "bot", "active": True} in frames


async def test_end_asks_for_feedback_and_takes_it_once_closed(house):
    async with house.socket() as client:
        await client.say("thanks")
        await client.until(is_message("bot", "thanks"))
        await client.send(type="end")
        await client.until(lambda f: f["type"] == "event" and f["event"]["kind"] == "feedback_request")
        await client.send(type="feedback", kind="csat", score=5, comment="quick")
        await client.send(type="feedback", kind="csat", score=9)
        assert (await client.until("error"))[-1]["code"] == "bad_feedback"


async def test_too_fast_is_refused_with_a_wait_and_nothing_is_stored_twice():
    async with House(messages_per_minute=3) as house, house.socket() as client:
        for number in range(3):
            await client.say(f"message {number}")
            await client.until("ack")
        client_id = await client.say("one too many")
        error = (await client.until("error"))[-1]
        assert (error["code"], error["client_message_id"]) == ("rate_limited", client_id)
        assert 1 <= error["retry_after"] <= 61


async def test_an_address_may_hold_so_many_sockets_and_no_more():
    async with House(sockets_per_address=2) as house:
        token = (await house.session())["session_token"]
        async with house.socket(token) as one, house.socket(token) as two:
            await one.frame()
            await two.frame()
            async with house.socket(token) as three:
                await three.ws.wait_closed()
                assert three.ws.close_code == 4429
        async with house.socket(token) as again:
            assert (await again.frame())["type"] == "welcome"


async def test_the_operators_own_tools_have_no_limits():
    async with House(messages_per_minute=1, sessions_per_minute=1) as house:
        proof = {"X-Baton-Operator": operator_proof(SECRET, house.clock.now())}
        for _ in range(2):
            answer = await house.http.post("/api/v1/widget/sessions", json={}, headers=proof)
            assert answer.status_code == 201
        async with house.socket(answer.json()["session_token"]) as client:
            for number in range(3):
                await client.say(f"message {number}")
                await client.until("ack")
        forged = {"X-Baton-Operator": operator_proof("x" * 40, house.clock.now())}
        await house.http.post("/api/v1/widget/sessions", json={}, headers=forged)
        refused = await house.http.post("/api/v1/widget/sessions", json={}, headers=forged)
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limited")
        assert int(refused.headers["retry-after"]) > 0


async def test_a_burst_is_answered_once_and_in_order(house):
    gate = asyncio.Event()
    echo = house.brain.script

    async def slow(request):
        await gate.wait()
        return echo(request)

    house.brain.script = slow
    async with house.socket() as client:
        for text in ("my tent", "arrived torn", "what now"):
            await client.say(text)
            await client.until("ack")
        gate.set()
        await client.until(is_message("bot", "what now"))
    covered = [m.text for request in house.brain.requests[-2:] for m in request.messages]
    assert covered[-3:] == ["my tent", "arrived torn", "what now"] or covered == ["my tent", "arrived torn", "what now"]
