"""The newest events in memory: the log's own, without a gap, or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.conversation.model import Event, Reply, Signals, TurnResult
from bot.conversation.recent import CONVERSATIONS, KEPT, SECONDS, RecentEvents
from bot.gateway.protocol import event_frame
from bot.storage.database import connect
from bot.storage.sql import SqlConversationStore
from bot.wire_frames import json_frame
from tests.bot.conversation.world import ANN, NOON, World


class Seconds:
    """A monotonic clock moved by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def event(seq: int, *, private: bool = False) -> Event:
    return Event("c", seq, NOON + timedelta(seconds=seq), "message", {"text": f"text {seq}"}, private)


def seqs(found: list[Event] | None) -> list[int] | None:
    return None if found is None else [each.seq for each in found]


def test_what_was_added_without_a_gap_is_told_to_whoever_is_that_far() -> None:
    recent = RecentEvents()
    recent.add("c", [event(4), event(5)])
    recent.add("c", [event(6)])
    assert seqs(recent.after("c", 3, 500, True)) == [4, 5, 6]
    assert seqs(recent.after("c", 5, 500, True)) == [6]
    assert seqs(recent.after("c", 3, 2, True)) == [4, 5]


def test_the_log_is_asked_by_whoever_is_further_behind_or_up_to_date_or_elsewhere() -> None:
    recent = RecentEvents()
    recent.add("c", [event(4)])
    assert recent.after("c", 2, 500, True) is None
    assert recent.after("c", 4, 500, True) is None
    assert recent.after("other", 3, 500, True) is None


def test_after_a_gap_only_what_came_behind_it_is_known() -> None:
    recent = RecentEvents()
    recent.add("c", [event(4)])
    recent.add("c", [event(6)])
    assert recent.after("c", 3, 500, True) is None
    assert seqs(recent.after("c", 5, 500, True)) == [6]


def test_a_transaction_without_events_changes_nothing() -> None:
    recent = RecentEvents()
    recent.add("c", [event(4)])
    recent.add("c", [])
    assert seqs(recent.after("c", 3, 500, True)) == [4]


def test_private_events_are_for_staff() -> None:
    recent = RecentEvents()
    recent.add("c", [event(4), event(5, private=True), event(6)])
    assert seqs(recent.after("c", 3, 500, False)) == [4, 6]
    assert seqs(recent.after("c", 3, 500, True)) == [4, 5, 6]


def test_nothing_stays_longer_than_some_seconds_nor_piles_up() -> None:
    clock = Seconds()
    recent = RecentEvents(clock)
    recent.add("c", [event(seq) for seq in range(1, KEPT + 5)])
    assert recent.after("c", 0, 500, True) is None
    assert len(recent.after("c", 4, 500, True) or ()) == KEPT
    clock.now += SECONDS
    assert recent.after("c", 4, 500, True) is None
    recent.add("first", [event(1)])
    for number in range(CONVERSATIONS):
        recent.add(f"another {number}", [event(1)])
    assert recent.after("first", 0, 500, True) is None


@pytest.fixture
async def on_sqlite(tmp_path: Path) -> AsyncIterator[World]:
    database = connect(f"sqlite:///{tmp_path}/conversations.db")
    await database.upgrade()
    yield World(SqlConversationStore(database), RecentEvents())
    await database.close()


async def read_live(world: World, conversation_id: str, after: int, private: bool) -> list[dict[str, Any]]:
    found = await world.service.events(conversation_id, after, private=private)
    return [json_frame(frame).text for frame in map(event_frame, found) if frame is not None]


@pytest.mark.parametrize("private", [False, True])
async def test_a_live_reader_sees_what_a_fresh_one_reads_from_the_log(on_sqlite: World, private: bool) -> None:
    world = on_sqlite
    conversation_id = await world.customer()
    card = {"kind": "order", "number": "1042", "lines": [{"name": "tent", "count": 1}]}
    reply = Reply("Ünïcode: on its way.", quick_replies=({"title": "Track it", "payload": "/track"},), cards=(card,))
    world.brain.next(TurnResult((reply,), [], Signals(), "model"))
    cursor = (await world.seen(conversation_id)).last_seq
    live: list[dict[str, Any]] = []

    async def follow() -> None:
        nonlocal cursor
        live.extend(await read_live(world, conversation_id, cursor, private))
        cursor = (await world.seen(conversation_id)).last_seq

    start = cursor
    await world.says(conversation_id, "where is my order 1042?")
    await follow()
    await world.answers()
    await follow()
    await world.service.request_human(conversation_id, "human")
    await follow()
    await world.service.claim(conversation_id, ANN)
    await world.service.add_note(conversation_id, ANN, "a private word")
    await follow()
    fresh = World(world.store)
    assert live == await read_live(fresh, conversation_id, start, private)
    assert len(live) >= 5


async def test_a_live_reader_costs_no_look_at_the_database(on_sqlite: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = on_sqlite
    conversation_id = await world.customer()
    seq = await world.says(conversation_id, "hello")

    async def not_now(*_: Any) -> None:
        raise AssertionError("the database was read")

    monkeypatch.setattr(world.store, "read", not_now)
    assert [each.seq for each in await world.service.events(conversation_id, seq - 1)] == [seq]
    with pytest.raises(AssertionError, match="was read"):
        await world.service.events(conversation_id, seq)
