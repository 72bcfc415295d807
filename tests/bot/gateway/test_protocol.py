"""Frames from customers: what is accepted, and the designed answer to everything else."""

import json

import pytest

from bot.errors import RateLimited
from bot.gateway import protocol
from bot.gateway.protocol import ProtocolError, error_frame, parse_frame

ID = "0a6b8c1e-4f5d-4e9a-9b7c-2d3e4f5a6b7c"


def frame(**fields) -> str:
    return json.dumps(fields)


def test_a_message_with_a_button_keeps_its_payload():
    parsed = parse_frame(frame(type="message", client_message_id=ID, text="Yes", payload="/affirm"))
    assert parsed == protocol.Message(ID, "Yes", "/affirm")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("{", "bad_json"),
        ("[]", "bad_frame"),
        ("null", "bad_frame"),
        ("[" * 50_000, "bad_json"),
        (b"\x00", "text_frames_only"),
        (frame(), "unknown_type"),
        (frame(type="drop_tables"), "unknown_type"),
        (frame(type=["message"]), "unknown_type"),
        ('{"type":"message","text":"' + "x" * 70_000 + '"}', "frame_too_large"),
        (frame(type="message", text="hi"), "bad_client_message_id"),
        (frame(type="message", client_message_id="a b", text="hi"), "bad_client_message_id"),
        (frame(type="message", client_message_id=ID), "bad_frame"),
        (frame(type="message", client_message_id=ID, text=5), "bad_frame"),
        (frame(type="message", client_message_id=ID, text=" \n "), "empty_text"),
        (frame(type="message", client_message_id=ID, text="x" * 4001), "text_too_long"),
        (frame(type="message", client_message_id=ID, text="hi", payload=5), "bad_payload"),
        (frame(type="hello"), "bad_frame"),
        (frame(type="hello", session_token="t", last_seq=-1), "bad_frame"),
        (frame(type="hello", session_token="t", last_seq=True), "bad_frame"),
        (frame(type="typing", active="yes"), "bad_frame"),
        (frame(type="read", seq="3"), "bad_frame"),
        (frame(type="read", seq=2**60), "bad_frame"),
        (frame(type="feedback", kind="stars", score=5), "bad_feedback"),
        (frame(type="feedback", kind="csat", score=6), "bad_feedback"),
        (frame(type="feedback", kind="nps", score=11), "bad_feedback"),
        (frame(type="feedback", kind="csat", score=True), "bad_feedback"),
        (frame(type="feedback", kind="csat", score=5, comment="x" * 2001), "bad_feedback"),
    ],
)
def test_what_cannot_be_accepted_has_a_code(raw, code):
    with pytest.raises(ProtocolError) as caught:
        parse_frame(raw)
    assert caught.value.code == code
    assert caught.value.message.endswith(".")


def test_exactly_four_thousand_characters_are_fine():
    assert len(parse_frame(frame(type="message", client_message_id=ID, text="é" * 4000)).text) == 4000


def test_a_lone_surrogate_becomes_storable():
    parsed = parse_frame('{"type":"message","client_message_id":"a","text":"x\\ud800"}')
    assert parsed.text.encode("utf-8")


def test_an_error_names_the_message_it_is_about_and_the_wait():
    with pytest.raises(ProtocolError) as caught:
        parse_frame(frame(type="message", client_message_id=ID, text=""))
    assert error_frame(caught.value)["client_message_id"] == ID
    assert error_frame(RateLimited("Wait.", retry_after=12.34))["retry_after"] == 12.3
