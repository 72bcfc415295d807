"""What every conversation store promises; each adapter's test module inherits the class and gives a `store`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.conversation.ids import new_id
from bot.conversation.model import (
    AuthorKind,
    Conversation,
    Customer,
    Draft,
    Episode,
    Event,
    Priority,
    Reason,
    State,
    Turn,
    TurnStatus,
)
from bot.conversation.store import ConversationStore, NewEvent, TurnRecord, WriteTransaction
from bot.errors import Conflict, NotFound
from tests.bot.conversation.world import NOON

LATER = NOON + timedelta(minutes=1)


def message(conversation_id: str, seq: int, text: str, by: str = "customer") -> Event:
    data = {"message_id": f"{conversation_id}-{seq}", "author": {"kind": by}, "text": text}
    return Event(conversation_id, seq, NOON + timedelta(seconds=seq), "message", data)


async def a_conversation(store: ConversationStore, **columns: Any) -> Conversation:
    customer = columns.pop("customer", None) or Customer(new_id())
    conversation = Conversation(new_id(), customer, **({"state": State.BOT, "last_seq": 0} | _times() | columns))

    def script(write: WriteTransaction) -> None:
        if write.customer(customer.id) is None:
            write.add_customer(customer)
        write.add_conversation(conversation, Episode(conversation.id, 1, "widget", NOON))

    await store.write(script)
    return conversation


def _times() -> dict[str, datetime]:
    return {"created_at": NOON, "updated_at": NOON, "state_since": NOON}


async def logged(store: ConversationStore, conversation: Conversation, *events: Event, key: str | None = None) -> None:
    def script(write: WriteTransaction) -> None:
        before, _ = write.hold(conversation.id)
        write.append([NewEvent(event, key) for event in events])
        write.save(before, replace(before, last_seq=events[-1].seq))

    await store.write(script)


async def a_turn(store: ConversationStore, conversation: Conversation, **columns: Any) -> Turn:
    begun = {"status": TurnStatus.PENDING, "created_at": NOON, "not_before": NOON}
    turn = Turn(new_id(), conversation.id, **(begun | columns))
    await store.write(lambda write: write.add_turn(turn))
    return turn


async def take(store: ConversationStore, lease: str = "lease", now: datetime = NOON, limit: int = 100) -> list[Turn]:
    until = now + timedelta(seconds=30)
    return await store.write(lambda write: write.take_turns(lease, now, until, limit))


class ConversationStoreContract:
    """Inherit it, name it `Test...`, give a `store` fixture."""

    async def test_a_conversation_comes_back_as_it_was_stored(self, store: ConversationStore) -> None:
        customer = Customer("p", "Lea Ø", "lea@example.com", True, "ext-1", "en", 3)
        stored = await a_conversation(
            store,
            customer=customer,
            state=State.QUEUED,
            last_seq=7,
            channel="mail",
            assignee_id="s",
            assignee_name="Ann",
            team="returns",
            priority=Priority.URGENT,
            reason=Reason.POLICY,
            wait_started_at=LATER,
            closed_at=LATER,
            snoozed_until=LATER,
            labels=("vip", "tent"),
            context_from_turn=2,
            customer_read_seq=3,
            agent_read_seq=4,
            last_message="hé",
            last_message_at=LATER,
            last_customer_seq=5,
            handoff={"summary": "x", "intents": []},
            contact_email="l@example.com",
            page_url="https://shop.example.com/",
            locale="en-GB",
            wanted_agent_id="b",
            queue_position=2,
            queue_eta_seconds=90,
            turn_number=9,
            answered_seq=5,
            failed_attempts=1,
        )
        assert await store.read(lambda read: read.conversation(stored.id)) == stored

    async def test_changed_columns_are_written_and_the_others_kept(self, store: ConversationStore) -> None:
        stored = await a_conversation(store, labels=("a",), team="returns")
        wanted = replace(
            stored, state=State.AGENT, priority=Priority.HIGH, reason=Reason.FRUSTRATION, labels=(), handoff={"a": 1}
        )
        await store.write(lambda write: write.save(stored, wanted))
        assert await store.read(lambda read: read.conversation(stored.id)) == wanted
        cleared = replace(wanted, handoff=None, reason=None, team=None)
        await store.write(lambda write: write.save(wanted, cleared))
        assert await store.read(lambda read: read.conversation(stored.id)) == cleared

    async def test_an_unknown_conversation_is_not_found(self, store: ConversationStore) -> None:
        with pytest.raises(NotFound):
            await store.read(lambda read: read.conversation("none"))
        with pytest.raises(NotFound):
            await store.write(lambda write: write.hold("none"))
        assert await store.read(lambda read: read.events("none", 0, 10, True)) == []

    async def test_a_script_that_fails_leaves_nothing_behind(self, store: ConversationStore) -> None:
        conversation = await a_conversation(store)

        def script(write: WriteTransaction) -> None:
            before, episode = write.hold(conversation.id)
            write.append([NewEvent(message(conversation.id, 1, "hi"), "key")])
            write.save(before, replace(before, last_seq=1, state=State.CLOSED))
            write.save_episode(episode, replace(episode, customer_messages=1))
            write.add_turn(Turn(new_id(), conversation.id, TurnStatus.PENDING, NOON, NOON))
            write.put_draft(conversation.id, Draft("x", "s", "Ann", NOON))
            raise Conflict("no")

        with pytest.raises(Conflict):
            await store.write(script)
        stored, episode = await store.write(lambda write: write.hold(conversation.id))
        assert stored == conversation
        assert episode.customer_messages == 0
        assert await store.read(lambda read: read.events(conversation.id, 0, 10, True)) == []
        assert await store.read(lambda read: read.event_by_client_key(conversation.id, "key")) is None
        assert await store.read(lambda read: read.outbox()) == (0, None)
        assert await store.read(lambda read: read.draft(conversation.id, "s")) is None

    async def test_of_scripts_at_once_only_those_that_fail_are_undone(self, store: ConversationStore) -> None:
        conversations = [await a_conversation(store) for _ in range(10)]

        def script(conversation: Conversation, fails: bool) -> Any:
            def run(write: WriteTransaction) -> None:
                before, _ = write.hold(conversation.id)
                write.save(before, replace(before, last_seq=1))
                if fails:
                    raise Conflict("no")

            return run

        outcomes = await asyncio.gather(
            *(store.write(script(each, n % 2 == 0)) for n, each in enumerate(conversations)), return_exceptions=True
        )
        assert [isinstance(outcome, Conflict) for outcome in outcomes] == [True, False] * 5
        stored = [await store.read(lambda read, each=each: read.conversation(each.id)) for each in conversations]
        assert [each.last_seq for each in stored] == [0, 1] * 5

    async def test_scripts_on_one_conversation_never_overlap(self, store: ConversationStore) -> None:
        conversation = await a_conversation(store)

        def count(write: WriteTransaction) -> None:
            before, episode = write.hold(conversation.id)
            write.append([NewEvent(message(conversation.id, before.last_seq + 1, "x"))])
            write.save(before, replace(before, last_seq=before.last_seq + 1))
            write.save_episode(episode, replace(episode, customer_messages=episode.customer_messages + 1))

        await asyncio.gather(*(store.write(count) for _ in range(40)))
        stored, episode = await store.write(lambda write: write.hold(conversation.id))
        assert (stored.last_seq, episode.customer_messages) == (40, 40)
        events = await store.read(lambda read: read.events(conversation.id, 0, 100, True))
        assert [event.seq for event in events] == list(range(1, 41))

    async def test_events_come_back_in_order_after_a_number_and_private_ones_on_demand(
        self, store: ConversationStore
    ) -> None:
        conversation = await a_conversation(store)
        note = Event(conversation.id, 2, NOON, "note", {"note_id": "n", "author": {}, "text": "⛺"}, private=True)
        events = [message(conversation.id, 1, "one"), note, message(conversation.id, 3, "three")]
        await logged(store, conversation, *events)

        async def seen(after: int, limit: int, private: bool) -> list[Event]:
            return await store.read(lambda read: read.events(conversation.id, after, limit, private))

        assert await seen(0, 10, True) == events
        assert await seen(0, 10, False) == [events[0], events[2]]
        assert await seen(1, 1, True) == [note]
        assert await seen(3, 10, True) == []
        assert await seen(-5, 10, False) == [events[0], events[2]]

    async def test_messages_are_found_by_author_newest_first_to_be_kept(self, store: ConversationStore) -> None:
        conversation = await a_conversation(store)
        events = [message(conversation.id, n, str(n), "bot" if n % 2 else "customer") for n in range(1, 7)]
        await logged(store, conversation, *events)

        async def texts(by: AuthorKind | None, after: int, limit: int) -> list[str]:
            found = await store.read(lambda read: read.messages(conversation.id, by, after, limit))
            return [event.data["text"] for event in found]

        assert await texts(None, 0, 3) == ["4", "5", "6"]
        assert await texts(AuthorKind.CUSTOMER, 2, 10) == ["4", "6"]
        last = await store.read(lambda read: read.last_message_seq(conversation.id, 4, AuthorKind.CUSTOMER))
        none = await store.read(lambda read: read.last_message_seq(conversation.id, 0, AuthorKind.CUSTOMER))
        assert (last, none) == (3, 0)

    async def test_a_client_key_finds_its_event_and_is_unique_in_its_conversation(
        self, store: ConversationStore
    ) -> None:
        first, second = await a_conversation(store), await a_conversation(store)
        await logged(store, first, message(first.id, 1, "hi"), key="k")
        await logged(store, second, message(second.id, 1, "ho"), key="k")
        found = await store.read(lambda read: read.event_by_client_key(first.id, "k"))
        assert found == message(first.id, 1, "hi")
        with pytest.raises(Exception, match=r".") as refused:
            await logged(store, first, message(first.id, 2, "again"), key="k")
        assert not isinstance(refused.value, AssertionError)

    async def test_customers_are_found_by_either_id_and_changed(self, store: ConversationStore) -> None:
        await a_conversation(store, customer=Customer("p"))
        await store.write(lambda write: write.save_customer(Customer("p", "Lea", None, True, "ext", "de", 2)))
        by_id = await store.read(lambda read: read.customer("p"))
        by_external = await store.read(lambda read: read.customer_by_external_id("ext"))
        assert by_id == by_external == Customer("p", "Lea", None, True, "ext", "de", 2)
        assert await store.read(lambda read: read.customer("q")) is None
        assert await store.read(lambda read: read.customer_by_external_id("other")) is None

    async def test_the_newest_conversation_of_a_customer_is_the_one_opened_last(self, store: ConversationStore) -> None:
        customer = Customer("p")
        newest = await a_conversation(store, customer=customer, created_at=LATER)
        await a_conversation(store, customer=customer)
        assert await store.read(lambda read: read.newest_conversation("p")) == newest
        assert await store.read(lambda read: read.newest_conversation("nobody")) is None

    async def test_episodes_follow_their_conversation(self, store: ConversationStore) -> None:
        conversation = await a_conversation(store)
        second = Episode(
            conversation.id, 2, "widget", LATER, first_customer_at=LATER, reason=Reason.POLICY, csat=4, abandoned=True
        )

        def script(write: WriteTransaction) -> None:
            write.add_episode(second)
            write.save(conversation, replace(conversation, episode=2))

        await store.write(script)
        stored, episode = await store.write(lambda write: write.hold(conversation.id))
        assert (stored.episode, episode) == (2, second)
        closed = replace(second, closed_at=LATER, closed_by="agent", outcome="resolved", csat_comment="good")
        await store.write(lambda write: write.save_episode(second, closed))
        assert (await store.write(lambda write: write.hold(conversation.id)))[1] == closed

    async def test_the_line_is_ordered_by_urgency_then_by_waiting(self, store: ConversationStore) -> None:
        async def waits(seconds: int, priority: Priority, state: State = State.QUEUED) -> Conversation:
            since = NOON + timedelta(seconds=seconds)
            return await a_conversation(store, state=state, priority=priority, wait_started_at=since)

        await waits(0, Priority.NORMAL)
        await waits(0, Priority.LOW)
        await waits(50, Priority.URGENT)
        await waits(0, Priority.URGENT, State.AGENT)
        me = await waits(10, Priority.NORMAL)

        async def ahead(rank: int, seconds: int) -> int:
            since = NOON + timedelta(seconds=seconds)
            return await store.read(lambda read: read.waiting_ahead(me.id, rank, since))

        assert await ahead(Priority.NORMAL.rank, 10) == 2
        assert await ahead(Priority.URGENT.rank, 10) == 0
        assert await ahead(Priority.LOW.rank, 10) == 3

    async def test_recent_waits_are_of_the_newest_claims(self, store: ConversationStore) -> None:
        for n in range(4):
            conversation = await a_conversation(store)
            before = Episode(conversation.id, 1, "widget", NOON)
            claimed = NOON + timedelta(minutes=n)
            after = replace(
                before, queued_at=claimed - timedelta(seconds=60 * n), queued_position=n, claimed_at=claimed
            )
            await store.write(lambda write, pair=(before, after): write.save_episode(*pair))
        assert await store.read(lambda read: read.recent_waits(2)) == [(180.0, 3), (120.0, 2)]
        assert len(await store.read(lambda read: read.recent_waits(10))) == 3

    async def test_drafts_are_each_agents_own_and_the_newest_can_be_found(self, store: ConversationStore) -> None:
        conversation = await a_conversation(store)
        ann, ben = Draft("a", "ann", "Ann", LATER), Draft("b", "ben", "Ben", NOON)
        for draft in (replace(ann, text="old", updated_at=NOON), ann, ben):
            await store.write(lambda write, draft=draft: write.put_draft(conversation.id, draft))
        assert await store.read(lambda read: read.draft(conversation.id, "ben")) == ben
        assert await store.read(lambda read: read.draft(conversation.id, None)) == ann
        await store.write(lambda write: write.delete_draft(conversation.id, "ann"))
        await store.write(lambda write: write.delete_draft(conversation.id, "ann"))
        assert await store.read(lambda read: read.draft(conversation.id, "ann")) is None
        assert await store.read(lambda read: read.draft(conversation.id, None)) == ben

    async def test_turn_records_keep_what_a_turn_found_and_its_context(self, store: ConversationStore) -> None:
        conversation = await a_conversation(store)
        records = [
            TurnRecord(
                turn_id=new_id(),
                conversation_id=conversation.id,
                episode=1 + (number > 2),
                number=number,
                outcome="answered",
                model_id="m",
                finished_at=NOON,
                covers=(number, number + 1),
                signals={"intents": [], "slots": {"order_number": str(number)}},
                tracker_events=[{"event": "user", "text": f"é{number}"}, {"event": "action"}],
                timings={"nlu": 1.5},
            )
            for number in (1, 2, 3)
        ]
        for record in records:
            await store.write(lambda write, record=record: write.add_turn_record(record))
        context = await store.read(lambda read: read.context(conversation.id, 1))
        assert [event.get("text") for event in context] == ["é2", None, "é3", None]
        assert await store.read(lambda read: read.context(conversation.id, 3)) == []
        found = await store.read(lambda read: read.turn_records(conversation.id, 1))
        assert found == [replace(record, tracker_events=()) for record in records[:2]]
        assert await store.read(lambda read: read.last_slots(conversation.id)) == {"order_number": "3"}
        assert await store.read(lambda read: read.last_slots("none")) == {}

    # Turns

    async def test_a_conversation_has_one_open_turn_at_most(self, store: ConversationStore) -> None:
        conversation = await a_conversation(store)
        first = await a_turn(store, conversation)
        with pytest.raises(Exception, match=r".") as refused:
            await a_turn(store, conversation)
        assert not isinstance(refused.value, AssertionError)
        await take(store)
        await store.write(lambda write: write.end_turn(first.id, "lease", TurnStatus.DONE, 2))
        await a_turn(store, conversation)

    async def test_due_turns_are_leased_oldest_first_up_to_the_limit(self, store: ConversationStore) -> None:
        made = []
        for age in (1, 3, 2):
            conversation = await a_conversation(store)
            made.append(await a_turn(store, conversation, created_at=NOON - timedelta(seconds=age)))
        early = await a_conversation(store)
        await a_turn(store, early, not_before=LATER)
        taken = await take(store, limit=2)
        assert [turn.id for turn in taken] == [made[1].id, made[2].id]
        assert all(turn.status is TurnStatus.RUNNING and turn.lease == "lease" for turn in taken)
        assert taken[0] == await store.read(lambda read: read.turn(made[1].id))
        assert [turn.id for turn in await take(store)] == [made[0].id]
        assert await take(store) == []
        assert [turn.conversation_id for turn in await take(store, now=LATER - timedelta(seconds=31))] == []

    async def test_a_lease_that_ran_out_is_taken_again_as_one_failure_more(self, store: ConversationStore) -> None:
        turn = await a_turn(store, await a_conversation(store))
        await take(store, "first")
        assert await take(store, "second", NOON + timedelta(seconds=30)) == []
        (again,) = await take(store, "second", NOON + timedelta(seconds=31))
        assert (again.id, again.failures, again.lease) == (turn.id, 1, "second")
        assert not await store.write(lambda write: write.end_turn(turn.id, "first", TurnStatus.DONE, 1))
        assert not await store.write(lambda write: write.put_back_turn(turn.id, "first", NOON, 0))
        assert await store.write(lambda write: write.end_turn(turn.id, "second", TurnStatus.DONE, 1))
        assert not await store.write(lambda write: write.end_turn(turn.id, "second", TurnStatus.DONE, 1))
        ended = await store.read(lambda read: read.turn(turn.id))
        assert ended is not None
        assert (ended.status, ended.covers_to, ended.failures) == (TurnStatus.DONE, 1, 1)

    async def test_a_renewed_lease_holds_longer_and_only_that_one(self, store: ConversationStore) -> None:
        kept = await a_turn(store, await a_conversation(store))
        await take(store, "kept")
        lost = await a_turn(store, await a_conversation(store))
        await take(store, "lost")
        await store.write(lambda write: write.renew_leases(["kept", "unknown"], NOON + timedelta(seconds=60)))
        (again,) = await take(store, "other", NOON + timedelta(seconds=40))
        assert again.id == lost.id
        assert [turn.id for turn in await take(store, "other", NOON + timedelta(seconds=61))] == [kept.id]

    async def test_parallel_takers_never_take_the_same_turn(self, store: ConversationStore) -> None:
        made = {(await a_turn(store, await a_conversation(store))).id for _ in range(30)}
        taken = await asyncio.gather(*(take(store, f"taker-{n}", limit=5) for n in range(10)))
        ids = [turn.id for turns in taken for turn in turns]
        assert len(ids) == len(set(ids))
        rest = [turn.id for turn in await take(store)]
        assert set(ids) | set(rest) == made

    async def test_a_turn_put_back_is_due_later_with_its_failures(self, store: ConversationStore) -> None:
        turn = await a_turn(store, await a_conversation(store))
        await take(store)
        assert await store.write(lambda write: write.put_back_turn(turn.id, "lease", LATER, 2))
        assert await take(store) == []
        (again,) = await take(store, now=LATER)
        assert (again.id, again.failures) == (turn.id, 2)

    async def test_the_open_turn_of_a_conversation_can_be_dropped_whoever_holds_it(
        self, store: ConversationStore
    ) -> None:
        conversation = await a_conversation(store)
        turn = await a_turn(store, conversation)
        await take(store)
        assert await store.write(lambda write: write.drop_open_turn(conversation.id)) == turn.id
        assert await store.write(lambda write: write.drop_open_turn(conversation.id)) is None
        dropped = await store.read(lambda read: read.turn(turn.id))
        assert dropped is not None
        assert dropped.status is TurnStatus.DROPPED
        assert not await store.write(lambda write: write.end_turn(turn.id, "lease", TurnStatus.DONE, 1))
        assert await store.read(lambda read: read.turn("none")) is None

    async def test_slow_turns_are_told_of_once(self, store: ConversationStore) -> None:
        turn = await a_turn(store, await a_conversation(store))
        await a_turn(store, await a_conversation(store), created_at=LATER)

        async def slow() -> list[str]:
            found = await store.read(lambda read: read.slow_turns(NOON + timedelta(seconds=5), 10))
            return [each.id for each in found]

        assert await slow() == [turn.id]
        assert await store.write(lambda write: write.mark_told_slow(turn.id))
        assert not await store.write(lambda write: write.mark_told_slow(turn.id))
        assert await slow() == []

    async def test_the_outbox_counts_open_turns_and_knows_the_oldest(self, store: ConversationStore) -> None:
        assert await store.read(lambda read: read.outbox()) == (0, None)
        await a_turn(store, await a_conversation(store), created_at=LATER)
        turn = await a_turn(store, await a_conversation(store))
        assert await store.read(lambda read: read.outbox()) == (2, NOON)
        await take(store)
        await store.write(lambda write: write.end_turn(turn.id, "lease", TurnStatus.DONE, 1))
        assert await store.read(lambda read: read.outbox()) == (1, LATER)
