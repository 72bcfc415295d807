"""The agent's socket through a real server."""

import asyncio
import contextlib
import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from bot.desk import agent_socket
from bot.desk.presence import Status
from bot.identity.accounts import Role
from tests.support.house import Client
from tests.support.waiting import eventually


@pytest.fixture
async def address(house):
    async with house.served() as address:
        yield address


@contextlib.asynccontextmanager
async def desk(address, agent):
    """A socket that has said hello with a token."""
    async with connect(f"ws://{address}/api/v1/agent/ws") as ws:
        client = Client(ws)
        await client.send(type="hello", access_token=agent.token)
        client.welcome = (await client.until("welcome"))[-1]
        yield client


def event_of(conversation, kind):
    return lambda frame: (
        frame["type"] == "event" and frame["conversation_id"] == conversation and frame["event"]["kind"] == kind
    )


async def test_hello_with_a_token_is_welcomed_with_list_and_colleagues(house, address):
    ann = await house.agent("ann")
    conversation = await house.waiting()
    async with desk(address, ann) as client:
        assert client.welcome["agent"]["name"] == "Ann"
        assert client.welcome["presence"]["status"] == "online"
        queue = (await client.until("queue"))[-1]
        assert [item["id"] for item in queue["items"]] == [conversation]
        presence = (await client.until("presence"))[-1]
        assert [(agent["name"], agent["status"]) for agent in presence["agents"]] == [("Ann", "online")]


async def test_the_list_changes_without_being_asked_for(house, address):
    ann, ben = await house.agent("ann"), await house.agent("ben")
    async with desk(address, ann) as client:
        await client.until("queue")
        conversation = await house.waiting()
        await client.until(lambda f: f["type"] == "queue" and [i["id"] for i in f["items"]] == [conversation])
        await ben.post(f"/agent/conversations/{conversation}/claim")
        taken = (await client.until(lambda f: f["type"] == "queue" and f["items"][0]["assignee"] is not None))[-1]
        assert taken["items"][0]["assignee"]["name"] == "Ben"
        await house.says(conversation, "thank you, and")
        await client.until(lambda f: f["type"] == "queue" and f["items"][0]["unread"] == 2)


async def test_a_watched_conversation_is_replayed_then_live_with_notes_and_without_gaps(house, address):
    ann, ben = await house.agent("ann"), await house.agent("ben")
    conversation = await house.waiting()
    await ann.post(f"/agent/conversations/{conversation}/claim")
    async with desk(address, ann) as client:
        await client.send(type="watch", conversation_id=conversation, last_seq=0)
        watching = (await client.until("watching"))[-1]
        assert watching["state"] == "agent"
        frames = await client.until(lambda f: f["type"] == "event" and f["seq"] == watching["last_seq"])
        await ben.post(f"/agent/conversations/{conversation}/notes", json={"text": "she is a regular"})
        frames += await client.until(event_of(conversation, "note"))
        last = frames[-1]
        assert (last["private"], last["event"]["text"]) == (True, "she is a regular")
    await house.says(conversation, "while you were away")
    async with desk(address, ann) as client:
        await client.send(type="watch", conversation_id=conversation, last_seq=last["seq"])
        missed = (await client.until(event_of(conversation, "message")))[-1]
        assert (missed["seq"], missed["event"]["text"]) == (last["seq"] + 1, "while you were away")
    seqs = [frame["seq"] for frame in frames if frame["type"] == "event"]
    assert seqs == list(range(1, last["seq"] + 1))


async def test_who_comes_back_sees_what_a_colleague_answered_and_cannot_answer_over_it(house, address):
    ann, ben = await house.agent("ann"), await house.agent("ben")
    conversation = await house.waiting()
    await ann.post(f"/agent/conversations/{conversation}/claim")
    async with desk(address, ann) as client:
        await client.send(type="watch", conversation_id=conversation, last_seq=0)
        seen = (await client.until("watching"))[-1]["last_seq"]
        await client.until(lambda f: f["type"] == "event" and f["seq"] == seen)
    await house.says(conversation, "are you still there?")  # Ann's line is down, and she is writing
    routing = house.routing()
    for _ in range(3):
        house.clock.forward(minutes=2)
        await ben.get("/agent/conversations")
        await routing.step()
    assert (await ben.post(f"/agent/conversations/{conversation}/claim")).status_code == 200
    theirs = {"client_message_id": "b-1", "text": "Ben here: it left this morning."}
    assert (await ben.post(f"/agent/conversations/{conversation}/messages", json=theirs)).status_code == 201

    held = {"client_message_id": "a-1", "text": "Ann here: it is still in our warehouse."}
    late = await ann.post(f"/agent/conversations/{conversation}/messages", json=held)  # sent as the line comes back
    assert (late.status_code, late.json()["error"]["code"]) == (409, "not_assigned")
    async with desk(address, ann) as client:
        await client.send(type="watch", conversation_id=conversation, last_seq=seen)
        watching = (await client.until("watching"))[-1]
        frames = await client.until(lambda f: f["type"] == "event" and f["seq"] == watching["last_seq"])
    missed = [frame for frame in frames if frame["type"] == "event"]
    assert [frame["seq"] for frame in missed] == list(range(seen + 1, watching["last_seq"] + 1))
    said = [frame["event"]["text"] for frame in missed if frame["event"]["kind"] == "message"]
    assert "Ben here: it left this morning." in said
    assert not any("Ann here" in str(event.data) for event in await house.service.events(conversation))


async def test_typing_reaches_the_other_side_and_a_note_does_not_reach_the_customer(house, address):
    ann = await house.agent("ann")
    conversation = await house.waiting()
    await ann.post(f"/agent/conversations/{conversation}/claim")
    heard = []

    async def listen(news):
        async for _, payload in news:
            if payload and "typing" in payload:
                heard.append(payload["typing"])

    async with house.signals.subscribe(f"conversation:{conversation}") as news, desk(address, ann) as client:
        listening = asyncio.create_task(listen(news))
        await client.send(type="watch", conversation_id=conversation, last_seq=0)
        await client.send(type="typing", conversation_id=conversation, active=True, note=True)
        await client.send(type="typing", conversation_id=conversation, active=True)
        await eventually(lambda: heard)
        assert [(typing["by"], typing["active"], typing["name"]) for typing in heard] == [("agent", True, "Ann")]
        await house.signals.publish(f"conversation:{conversation}", {"typing": {"by": "customer", "active": True}})
        seen = (await client.until("typing"))[-1]
        assert (seen["by"], seen["conversation_id"]) == ("customer", conversation)
        listening.cancel()


async def test_colleagues_see_who_else_looks_at_a_conversation_and_types_in_it(house, address):
    ann, ben = await house.agent("ann"), await house.agent("ben")
    conversation = await house.waiting()
    async with desk(address, ann) as one:
        await one.send(type="watch", conversation_id=conversation, last_seq=0)
        await one.send(type="viewing", conversation_id=conversation)
        async with desk(address, ben) as two:
            await two.send(type="watch", conversation_id=conversation, last_seq=0)
            seen = (await two.until("viewers"))[-1]
            assert seen["viewers"] == [{"id": ann.account.id, "name": "Ann", "typing": False}]
            await two.send(type="typing", conversation_id=conversation, active=True, note=True)
            seen = (await one.until("viewers"))[-1]
            assert seen["viewers"] == [{"id": ben.account.id, "name": "Ben", "typing": True}]
        gone = (await one.until("viewers"))[-1]
        assert gone["viewers"] == []


async def test_only_who_has_it_reads_for_the_customer(house, address):
    ann, ben = await house.agent("ann"), await house.agent("ben")
    conversation = await house.waiting()
    await ann.post(f"/agent/conversations/{conversation}/claim")
    seq = await house.says(conversation, "hello?")
    async with desk(address, ben) as other, desk(address, ann) as client:
        await other.send(type="read", conversation_id=conversation, seq=seq)
        await other.send(type="ping")
        await other.until("pong")
        assert (await house.service.conversation(conversation)).agent_read_seq == 0
        await client.send(type="read", conversation_id=conversation, seq=seq)
        await client.send(type="ping")
        await client.until("pong")
        assert (await house.service.conversation(conversation)).agent_read_seq == seq


async def test_the_socket_is_the_heartbeat(house, address):
    ann = await house.agent("ann")
    async with desk(address, ann) as client:
        house.clock.forward(seconds=50)
        await client.send(type="ping")
        await client.until("pong")
        house.clock.forward(seconds=50)
        assert await house.staffing.presence.is_online(ann.account.id)
        house.clock.forward(seconds=50)
        assert (await house.staffing.presence.of(ann.account.as_staff())).status is Status.OFFLINE


async def test_a_cookie_signs_in_at_once_but_not_from_a_foreign_page(house, address):
    ann = await house.agent("ann")
    cookie = {"Cookie": f"baton_staff={ann.token}"}
    url = f"ws://{address}/api/v1/agent/ws"
    async with connect(url, additional_headers=cookie, origin=f"http://{address}") as ws:
        assert (await Client(ws).frame())["type"] == "welcome"
    async with connect(url, additional_headers=cookie, origin="https://evil.example.net") as ws:
        with pytest.raises(ConnectionClosed) as closed:
            await Client(ws).frame()
        assert closed.value.rcvd.code == 4403


@pytest.mark.parametrize(
    ("first", "code", "close"),
    [
        ({"type": "hello", "access_token": "wrong"}, "not_signed_in", 4401),
        ({"type": "hello"}, "not_signed_in", 4401),
        ({"type": "ping"}, "hello_first", 4401),
        ("{", "bad_json", 4401),
    ],
)
async def test_without_a_sign_in_there_is_nothing_to_see(house, address, first, code, close):
    async with connect(f"ws://{address}/api/v1/agent/ws") as ws:
        await ws.send(first if isinstance(first, str) else json.dumps(first))
        client = Client(ws)
        assert (await client.frame())["code"] == code
        with pytest.raises(ConnectionClosed) as closed:
            await client.frame()
        assert closed.value.rcvd.code == close


async def test_an_editor_has_no_desk(house, address):
    editor = await house.signed_in("ed", Role.EDITOR)
    async with connect(f"ws://{address}/api/v1/agent/ws") as ws:
        client = Client(ws)
        await client.send(type="hello", access_token=editor.token)
        assert (await client.frame())["code"] == "role_missing"
        with pytest.raises(ConnectionClosed) as closed:
            await client.frame()
        assert closed.value.rcvd.code == 4403


async def test_whoever_signs_out_is_shown_nothing_more(house, address, monkeypatch):
    monkeypatch.setattr(agent_socket, "CHECK_TOKEN_EVERY", 0.05)
    ann = await house.agent("ann")
    async with desk(address, ann) as client:
        await ann.post("/auth/logout")
        with pytest.raises(ConnectionClosed) as closed:
            await client.until("never")
        assert closed.value.rcvd.code == 4401


async def test_bad_frames_get_an_error_and_the_connection_stays_unless_it_is_abuse(house, address):
    ann = await house.agent("ann")
    async with desk(address, ann) as client:
        for raw, code in [
            ("{", "bad_json"),
            ("[]", "bad_frame"),
            ('{"type":"dance"}', "unknown_type"),
            ('{"type":"watch","conversation_id":7}', "bad_frame"),
            ('{"type":"watch","conversation_id":"none","last_seq":0}', "conversation_not_found"),
            ('{"type":"typing","conversation_id":"none","active":true}', "not_watched"),
            ('{"type":"ping","pad":"' + "x" * 70_000 + '"}', "frame_too_large"),
        ]:
            await client.ws.send(raw)
            assert (await client.until("error"))[-1]["code"] == code
        for _ in range(25):
            with contextlib.suppress(ConnectionClosed):
                await client.ws.send("{")
        with pytest.raises(ConnectionClosed) as closed:
            await client.until("never")
        assert closed.value.rcvd.code == 4400


async def test_a_cursor_from_the_future_is_told_to_begin_anew(house, address):
    ann = await house.agent("ann")
    conversation = await house.waiting()
    async with desk(address, ann) as client:
        await client.send(type="watch", conversation_id=conversation, last_seq=999)
        assert (await client.until("resync"))[-1]["conversation_id"] == conversation
