"""How a turn ends: through the service's own verbs, one step at a time."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.conversation.answering import NoReply
from bot.conversation.model import HandoffRequest, Priority, Reason, State, TakenTurn, TurnStatus
from tests.bot.conversation.world import ANN, NOON, World, echo, result


async def take(world: World, lease: str = "lease") -> TakenTurn:
    (taken,) = await world.service.take_turns(lease, 30, 10)
    return taken


async def test_a_message_owes_exactly_one_turn_and_a_burst_shares_it(world: World) -> None:
    conversation = await world.customer()
    for text in ("hello", "I have a question", "about my tent"):
        await world.says(conversation, text)
    taken = await take(world)
    assert [message.text for message in taken.request.messages] == ["hello", "I have a question", "about my tent"]
    assert await world.service.take_turns("other", 30, 10) == []
    await world.service.finish_turn(taken, echo(taken.request))
    assert await world.answers() == []
    assert (await world.events_of(conversation, "turn"))[0]["covers"] == [2, 3, 4]


async def test_what_is_written_while_a_turn_is_computed_is_answered_by_the_next(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "one")
    taken = await take(world)
    await world.says(conversation, "two")
    await world.says(conversation, "three")
    await world.service.finish_turn(taken, echo(taken.request))
    assert await world.answers() == ["answered"]
    assert [turn["covers"] for turn in await world.events_of(conversation, "turn")] == [[2], [3, 4]]
    assert (await world.texts(conversation))[-1] == "bot: echo: two / three"


async def test_a_worker_is_told_what_is_known(world: World) -> None:
    world.rota.anyone = False
    world.rota.opening = NOON
    conversation = await world.customer()
    await world.says(conversation, "one")
    known: Mapping[str, Any] = (await world.service.with_staffing(await take(world))).request.known
    assert known == {
        "customer": known["customer"],
        "locale": None,
        "agents_available": False,
        "next_opening": "2026-03-02T12:00:00+00:00",
        "failed_attempts": 0,
        "turn_number": 1,
        "returning": False,
    }
    assert set(known["customer"]) == {"id", "name", "email", "verified", "external_id"}


async def test_the_next_turn_goes_on_from_the_last(world: World) -> None:
    conversation = await world.customer()
    for number, text in enumerate(("one", "two", "three")):
        await world.says(conversation, text)
        world.brain.next(result("ok", tracker=[{"event": "user", "text": text}], failed_attempts=number))
        await world.answers()
    last = world.brain.requests[-1]
    assert [event["text"] for event in last.tracker_events] == ["one", "two"]
    assert (last.known["failed_attempts"], last.known["turn_number"]) == (1, 3)


async def test_after_a_clean_start_the_slots_known_before_are_offered_but_the_old_dialogue_is_not(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "order 1042")
    world.brain.next(result("ok", slots={"order_number": "1042"}, tracker=[{"event": "slot"}]))
    await world.answers()
    await world.service.end(conversation)
    await world.says(conversation, "me again")
    request = (await take(world)).request
    assert request.tracker_events == []
    assert request.known["slots"] == {"order_number": "1042"}


async def test_an_answer_stored_twice_is_stored_once(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hello")
    taken = await take(world)
    assert await world.service.finish_turn(taken, result("hi", "there")) == "answered"
    before = await world.log(conversation)
    assert await world.service.finish_turn(taken, result("hi", "there")) == "answered"
    assert await world.log(conversation) == before


async def test_an_answer_whose_lease_ran_out_is_not_stored(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hello")
    slow = await take(world, "slow")
    world.clock.forward(seconds=31)
    quick = await take(world, "quick")
    assert quick.turn.failures == 1
    assert await world.service.finish_turn(slow, result("slow")) == "lost"
    assert await world.service.finish_turn(quick, result("quick")) == "answered"
    assert await world.service.finish_turn(slow, result("slow")) == "answered"
    assert await world.texts(conversation) == ["bot: opening()", "customer: hello", "bot: quick"]


async def test_a_reply_computed_while_a_person_took_over_is_dropped(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hello")
    taken = await take(world)
    await world.service.request_human(conversation, "h")
    await world.service.claim(conversation, ANN)
    assert await world.service.finish_turn(taken, result("bot speaks over Ann")) == "dropped"
    assert "bot: bot speaks over Ann" not in await world.texts(conversation)
    turn = await world.store.read(lambda read: read.turn(taken.turn.id))
    assert turn is not None
    assert turn.status is TurnStatus.DROPPED


async def test_a_dropped_reply_stays_dropped_after_the_conversation_is_back_with_the_bot(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hello")
    stale = await take(world)
    await world.service.request_human(conversation, "h")
    await world.service.back_to_bot(conversation)
    assert await world.service.finish_turn(stale, result("stale")) == "dropped"
    assert await world.answers() == []


async def test_silence_while_the_bot_has_the_floor_is_refused(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hello")
    with pytest.raises(NoReply):
        await world.service.finish_turn(await take(world), result())


async def test_a_handover_carries_the_packet_the_replies_and_keeps_what_came_later_for_the_agent(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "refund me now")
    taken = await take(world)
    await world.says(conversation, "and quickly")
    wish = HandoffRequest(
        Reason.FRUSTRATION, ({"seq": 2, "quote": "now", "signal": "frustration", "value": 0.9},), team="returns"
    )
    found = result(
        "I am passing you on.",
        outcome="escalated",
        handoff=wish,
        intents=({"seq": 2, "name": "refund_status", "confidence": 0.9},),
        sentiment=({"seq": 2, "frustration": 0.9, "urgency": 0.4},),
        slots={"order_number": "1042"},
        orders=({"order_number": "1042"},),
        failed_attempts=1,
    )
    assert await world.service.finish_turn(taken, found) == "escalated"
    assert world.rota.asked_for[-1] == "returns"
    seen = await world.seen(conversation)
    assert (seen.state, seen.reason, seen.priority, seen.team) == (
        State.QUEUED,
        Reason.FRUSTRATION,
        Priority.HIGH,
        "returns",
    )
    assert seen.handoff is not None
    assert seen.handoff["evidence"] == [{"seq": 2, "quote": "now", "signal": "frustration", "value": 0.9}]
    assert seen.handoff["intents"] == [{"seq": 2, "name": "refund_status", "confidence": 0.9}]
    assert (seen.handoff["failed_attempts"], seen.handoff["slots"]) == (1, {"order_number": "1042"})
    assert await world.answers() == []
    assert [text for text in await world.texts(conversation) if text.startswith("bot")] == [
        "bot: opening()",
        "bot: I am passing you on.",
    ]


async def test_a_handover_without_a_word_of_the_bots_is_told_to_the_customer_all_the_same(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hello")
    silent = result(outcome="escalated", handoff=HandoffRequest(Reason.POLICY))
    assert await world.service.finish_turn(await take(world), silent) == "escalated"
    assert (await world.seen(conversation)).state is State.QUEUED
    assert (await world.texts(conversation))[-1] == "system: queued(position=1)"


async def test_the_bot_closes_when_the_customer_is_done(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "thanks, that is all")
    world.brain.next(result("Goodbye.", close=True))
    await world.answers()
    seen = await world.seen(conversation)
    assert seen.state is State.CLOSED
    assert (await world.log(conversation))[-1].kind == "feedback_request"
    _, episode = await world.store.write(lambda write: write.hold(conversation))
    assert (episode.closed_by, episode.answered, episode.bot_replies) == ("customer", 1, 1)


async def test_an_address_the_bot_heard_is_kept(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "I am lea@example.com")
    world.brain.next(result("Noted.", contact_email="lea@example.com"))
    await world.answers()
    assert (await world.seen(conversation)).contact_email == "lea@example.com"


async def test_a_third_failure_hands_over_and_says_so(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hello")
    ends = [await world.service.fail_turn(await take(world), 0, counted=True) for _ in range(3)]
    assert ends == ["retried", "retried", "failed"]
    seen = await world.seen(conversation)
    assert (seen.state, seen.reason) == (State.QUEUED, Reason.BOT_FAILURE)
    assert (await world.texts(conversation))[-2:] == ["system: bot_failed()", "system: queued(position=1)"]
    assert seen.handoff is not None
    assert seen.handoff["evidence"] == [{"seq": 2, "quote": "hello", "signal": "failed_turn", "value": 3}]
    _, episode = await world.store.write(lambda write: write.hold(conversation))
    assert (episode.turns_failed, episode.reason) == (1, Reason.BOT_FAILURE)


async def test_waiting_for_a_worker_is_not_counted(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hello")
    for _ in range(10):
        assert await world.service.fail_turn(await take(world), 0, counted=False) == "retried"
    assert (await world.seen(conversation)).state is State.BOT


async def test_a_turn_put_back_waits_its_time(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hello")
    await world.service.fail_turn(await take(world), 5, counted=True)
    assert await world.service.take_turns("lease", 30, 10) == []
    world.clock.forward(seconds=5)
    assert (await take(world)).request.attempt == 2


async def test_a_retried_turn_answers_what_was_written_meanwhile_too(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "one")
    taken = await take(world)
    await world.says(conversation, "two")
    await world.service.fail_turn(taken, 0, counted=True)
    again = await take(world)
    assert [message.text for message in again.request.messages] == ["one", "two"]


async def test_a_failure_after_a_person_took_over_is_nobodys_concern(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hello")
    taken = await take(world)
    await world.service.request_human(conversation, "h")
    assert await world.service.fail_turn(taken, 0, counted=True) == "dropped"
    assert await world.service.give_up_turn(taken) == "dropped"
    assert "system: bot_failed()" not in await world.texts(conversation)


async def test_a_customer_who_waits_long_is_told_once(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hello")
    await world.service.tell_slow(5)
    world.clock.forward(seconds=6)
    await world.service.tell_slow(5)
    await world.service.tell_slow(5)
    assert (await world.texts(conversation)).count("system: bot_slow()") == 1
    assert await world.answers() == ["answered"]


async def test_the_log_has_no_gaps_whatever_happens(world: World) -> None:
    conversation = await world.with_agent()
    await world.service.add_note(conversation, ANN, "note")
    await world.service.return_to_bot(conversation, ANN)
    await world.says(conversation, "hi")
    await world.answers()
    await world.service.end(conversation)
    await world.says(conversation, "again")
    numbers = [event.seq for event in await world.log(conversation)]
    assert numbers == list(range(1, (await world.seen(conversation)).last_seq + 1))
