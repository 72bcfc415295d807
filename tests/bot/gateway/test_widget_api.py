"""The customer's HTTP contract through a real server."""

import asyncio
import time
import uuid

import jwt
import pytest

from tests.support.house import ALLOWED, IDENTITY_SECRET, House


@pytest.fixture
async def house():
    async with House() as house:
        yield house


def bearer(session):
    return {"Authorization": f"Bearer {session['session_token']}"}


def identity(**claims):
    return jwt.encode({"exp": time.time() + 60, **claims}, IDENTITY_SECRET, "HS256")


async def test_a_session_names_conversation_state_and_customer(house):
    answer = await house.http.post("/api/v1/widget/sessions", json={"locale": "en-GB", "page_url": "https://x.test/"})
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"session_token", "conversation_id", "state", "last_seq", "customer", "expires_at"}
    assert (body["state"], body["customer"]["verified"]) == ("bot", False)


async def test_a_token_resumes_its_conversation_and_a_lost_one_begins_anew(house):
    first = await house.session()
    again = await house.session(session_token=first["session_token"])
    assert (again["conversation_id"], again["session_token"]) == (first["conversation_id"], first["session_token"])
    other = await house.session(session_token="forgotten")
    assert other["conversation_id"] != first["conversation_id"]


async def test_a_signed_identity_is_the_same_customer_on_every_device(house):
    token = identity(sub="c-77", name="Anna", email="anna@example.com")
    phone, laptop = await house.session(identity_token=token), await house.session(identity_token=token)
    assert phone["conversation_id"] == laptop["conversation_id"]
    assert phone["session_token"] != laptop["session_token"]
    assert laptop["customer"] | {"id": "?"} == {"id": "?", "name": "Anna", "verified": True}


@pytest.mark.parametrize(
    "token",
    [
        "nonsense",
        jwt.encode({"sub": "x", "exp": time.time() + 60}, "another secret, long enough to be one", "HS256"),
        jwt.encode({"sub": "x", "exp": time.time() - 600}, IDENTITY_SECRET, "HS256"),
        jwt.encode({"sub": "x"}, IDENTITY_SECRET, "HS256"),
        jwt.encode({"sub": "x", "exp": time.time() + 60}, None, "none"),
    ],
    ids=["nonsense", "foreign secret", "expired", "without end", "unsigned"],
)
async def test_a_false_identity_opens_nothing(house, token):
    answer = await house.http.post("/api/v1/widget/sessions", json={"identity_token": token})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "identity_invalid")


async def test_messages_and_events_without_a_socket(house):
    session = await house.session()
    waiting = asyncio.create_task(
        house.http.get("/api/v1/widget/events", params={"after": 1, "wait": 10}, headers=bearer(session))
    )
    message = {"client_message_id": str(uuid.uuid4()), "text": "over plain HTTP"}
    sent = await house.http.post("/api/v1/widget/messages", json=message, headers=bearer(session))
    assert (sent.status_code, sent.json()["seq"], sent.json()["duplicate"]) == (201, 2, False)
    assert (await waiting).json()["events"][0]["event"]["text"] == "over plain HTTP"
    again = await house.http.post("/api/v1/widget/messages", json=message, headers=bearer(session))
    assert (again.status_code, again.json()) == (200, sent.json() | {"duplicate": True})
    answer = await house.http.get("/api/v1/widget/events", params={"after": 2, "wait": 10}, headers=bearer(session))
    assert answer.json()["events"][0]["event"]["text"] == "You said: over plain HTTP"


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty_text"), ("x" * 10_000, "text_too_long"), (None, "bad_frame"), (5, "bad_frame")]
)
async def test_unusable_texts_are_refused(house, text, code):
    session = await house.session()
    body = {"client_message_id": "a", "text": text}
    answer = await house.http.post("/api/v1/widget/messages", json=body, headers=bearer(session))
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)


async def test_without_a_good_token_nothing_is_told(house):
    for headers in ({}, {"Authorization": "Bearer nope"}, {"Authorization": "Basic abc"}):
        answer = await house.http.get("/api/v1/widget/events", headers=headers)
        assert answer.status_code == 401
        assert set(answer.json()["error"]) == {"code", "message", "details"}


async def test_bad_json_and_wrong_types_have_the_one_form(house):
    answer = await house.http.post("/api/v1/widget/sessions", content="{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_json")
    answer = await house.http.post("/api/v1/widget/sessions", json={"locale": 5})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_input")
    answer = await house.http.get("/api/v1/no/such/route")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    answer = await house.http.post("/api/v1/widget/sessions", content=b"x" * 2_000_000)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")


async def test_foreign_pages_are_refused_and_allowed_ones_get_cors(house):
    foreign = await house.http.post("/api/v1/widget/sessions", json={}, headers={"Origin": "https://evil.example.net"})
    assert (foreign.status_code, foreign.json()["error"]["code"]) == (403, "origin_not_allowed")
    assert "access-control-allow-origin" not in foreign.headers
    allowed = await house.http.post("/api/v1/widget/sessions", json={}, headers={"Origin": ALLOWED})
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (201, ALLOWED)


@pytest.mark.parametrize(("form", "start"), [("txt", "Conversation "), ("html", "<!doctype html>"), ("json", "{")])
async def test_the_transcript_is_a_download_without_private_things(house, form, start):
    session = await house.session()
    message = {"client_message_id": "a", "text": "<b>hello</b>"}
    await house.http.post("/api/v1/widget/messages", json=message, headers=bearer(session))
    url = f"/api/v1/widget/transcript?format={form}"
    answer = await house.http.get(url, headers=bearer(session))
    assert answer.text.startswith(start)
    assert "attachment" in answer.headers["content-disposition"]
    assert ("<b>hello</b>" in answer.text) is (form != "html")


async def test_no_token_is_kept_in_clear(house):
    session = await house.session()
    kept = list(house.session_store._sessions.values())
    assert session["session_token"] not in repr(kept)
