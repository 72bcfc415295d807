"""Frames made once for all who are sent them."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from bot.conversation.model import Event
from bot.event_frames import KEPT, EventFrames
from bot.gateway.protocol import event_frame


def said(seq: int, text: str = "hello") -> Event:
    author = {"kind": "bot"}
    data = {"message_id": f"m{seq}", "author": author, "text": text}
    return Event("c", seq, datetime(2026, 1, 2, tzinfo=UTC), "message", data, False)


def test_an_event_in_memory_is_made_into_a_frame_once():
    made = []
    frames = EventFrames(lambda event: made.append(event.seq) or {"seq": event.seq})
    event = said(1)
    assert frames.of(event) is frames.of(event)
    assert made == [1]


def test_the_same_place_in_the_log_read_anew_is_made_anew():
    frames = EventFrames(event_frame)
    before, after = said(1), replace(said(1), data={**said(1).data, "text": "erased"})
    assert json.loads(frames.of(before).text)["event"]["text"] == "hello"
    assert json.loads(frames.of(after).text)["event"]["text"] == "erased"


def test_what_is_not_to_be_shown_has_no_frame():
    note = replace(said(1), kind="note", private=True)
    frames = EventFrames(event_frame)
    assert frames.of(note) is None
    assert frames.of(note) is None


def test_only_the_newest_are_kept():
    frames = EventFrames(event_frame)
    first = said(1)
    before = frames.of(first)
    for seq in range(2, KEPT + 2):
        frames.of(said(seq))
    assert frames.of(first) is not before
