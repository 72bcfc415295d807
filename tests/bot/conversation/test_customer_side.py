from datetime import timedelta

import pytest

from bot.conversation.model import CustomerProfile, Reply, Signals, State, TurnResult
from bot.errors import Conflict, InvalidInput, NotFound
from tests.bot.conversation.world import ANN, NOON, World


async def test_a_new_customer_finds_the_opening_words_as_event_one(world: World) -> None:
    conversation = await world.service.open(None)
    (first,) = await world.log(conversation.id)
    assert (first.seq, first.kind, first.data["text"]) == (1, "message", "opening()")
    assert conversation.last_seq == 1
    assert conversation.state is State.BOT


async def test_opening_again_leads_to_the_same_conversation_without_a_second_greeting(world: World) -> None:
    first = await world.service.open(None)
    again = await world.service.open(first.customer.id)
    assert again.id == first.id
    assert len(await world.log(first.id)) == 1


async def test_a_signed_identity_leads_to_the_same_conversation_on_another_device(world: World) -> None:
    profile = CustomerProfile("Lea", "lea@example.com", verified=True, external_id="42")
    phone = await world.service.open(None, profile=profile)
    laptop = await world.service.open(None, profile=profile)
    assert laptop.id == phone.id
    assert laptop.customer.name == "Lea"
    assert laptop.customer.verified


async def test_an_anonymous_customer_who_signs_in_keeps_the_conversation(world: World) -> None:
    first = await world.service.open(None)
    profile = CustomerProfile("Lea", verified=True, external_id="42")
    signed_in = await world.service.open(first.customer.id, profile=profile)
    assert signed_in.id == first.id
    assert signed_in.customer.external_id == "42"


async def test_somebody_else_signing_in_on_the_same_device_sees_nothing_of_the_first(world: World) -> None:
    lea = await world.service.open(None, profile=CustomerProfile("Lea", verified=True, external_id="42"))
    max_ = await world.service.open(lea.customer.id, profile=CustomerProfile("Max", verified=True, external_id="43"))
    assert max_.id != lea.id
    assert max_.customer.id != lea.customer.id


async def test_an_unverified_profile_changes_nothing_that_is_verified(world: World) -> None:
    lea = await world.service.open(None, profile=CustomerProfile("Lea", verified=True, external_id="42"))
    claimed = await world.service.open(
        lea.customer.id, profile=CustomerProfile("Mallory", "m@example.com", external_id="1")
    )
    assert (claimed.customer.name, claimed.customer.email, claimed.customer.external_id) == ("Lea", None, "42")


async def test_an_unknown_customer_or_conversation_is_not_found(world: World) -> None:
    with pytest.raises(NotFound) as unknown:
        await world.service.open("nobody")
    assert unknown.value.code == "customer_not_found"
    for attempt in (
        world.service.post_customer_message("none", "k", "hi"),
        world.service.conversation("none"),
        world.service.events("none"),
        world.service.claim("none", ANN),
    ):
        with pytest.raises(NotFound) as missing:
            await attempt
        assert missing.value.code == "conversation_not_found"


async def test_a_message_sent_again_is_acknowledged_with_its_first_result(world: World) -> None:
    conversation = await world.customer()
    first = await world.service.post_customer_message(conversation, "k", "hello")
    again = await world.service.post_customer_message(conversation, "k", "hello")
    assert (again.message_id, again.seq, again.duplicate) == (first.message_id, first.seq, True)
    assert not first.duplicate
    assert await world.texts(conversation) == ["bot: opening()", "customer: hello"]


async def test_an_id_used_for_another_text_is_refused(world: World) -> None:
    conversation = await world.customer()
    await world.service.post_customer_message(conversation, "k", "hello")
    with pytest.raises(Conflict) as refused:
        await world.service.post_customer_message(conversation, "k", "goodbye")
    assert refused.value.code == "client_message_id_reused"


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty_text"), (" \n\t", "empty_text"), ("\x00", "empty_text"), ("x" * 4001, "text_too_long")],
)
async def test_unfit_texts_are_refused_and_not_stored(world: World, text: str, code: str) -> None:
    conversation = await world.customer()
    with pytest.raises(InvalidInput) as refused:
        await world.service.post_customer_message(conversation, "k", text)
    assert refused.value.code == code
    assert len(await world.log(conversation)) == 1


async def test_four_thousand_characters_and_every_script_are_welcome(world: World) -> None:
    conversation = await world.customer()
    for text in ("x" * 4000, "où est ma tente ⛺", "\ud800half\x00", "/restart"):
        await world.says(conversation, text)
    assert (await world.texts(conversation))[1:] == [
        f"customer: {text}" for text in ("x" * 4000, "où est ma tente ⛺", "half", "/restart")
    ]


@pytest.mark.parametrize("key", ["", "x" * 101, "läuft", "a\nb"])
async def test_a_client_id_must_be_plain(world: World, key: str) -> None:
    conversation = await world.customer()
    with pytest.raises(InvalidInput) as refused:
        await world.service.post_customer_message(conversation, key, "hello")
    assert refused.value.code == "bad_client_message_id"


async def test_a_button_pressed_reaches_the_brain_only_if_it_was_offered(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "return it")
    offer = Reply("Which one?", quick_replies=({"title": "The tent", "payload": "/choose_tent"},))
    world.brain.next(TurnResult((offer,), [], Signals(), "m"))
    await world.answers()
    await world.service.post_customer_message(conversation, "b1", "The tent", "/choose_tent")
    await world.answers()
    await world.service.post_customer_message(conversation, "b2", "The tent", "/erase_everything")
    await world.answers()
    assert [message.payload for request in world.brain.requests[1:] for message in request.messages] == [
        "/choose_tent",
        None,
    ]


async def test_asking_for_a_person_queues_tells_and_can_be_repeated(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "my stove leaks")
    asked = await world.service.request_human(conversation, "h1")
    again = await world.service.request_human(conversation, "h1")
    assert asked.state is State.QUEUED
    assert (again.message_id, again.seq, again.duplicate) == (asked.message_id, asked.seq, True)
    seen = await world.seen(conversation)
    assert (seen.state, seen.reason, seen.wait_started_at) == (State.QUEUED, "customer_request", NOON)
    assert (await world.events_of(conversation, "state")) == [
        {"from": "bot", "to": "queued", "reason": "customer_request", "queue": {"position": 1, "eta_seconds": None}}
    ]
    assert (await world.texts(conversation))[-1] == "system: queued(position=1)"


async def test_asking_for_a_person_where_people_already_have_it_changes_nothing(world: World) -> None:
    conversation = await world.queued()
    before = len(await world.log(conversation))
    told = await world.service.request_human(conversation, "another")
    assert (told.duplicate, told.state) == (True, State.QUEUED)
    assert len(await world.log(conversation)) == before


async def test_with_nobody_there_a_reply_is_promised_for_the_next_opening(world: World) -> None:
    world.rota.anyone = False
    world.rota.opening = NOON + timedelta(days=1, hours=-4)
    conversation = await world.queued()
    assert (await world.seen(conversation)).state is State.OFFLINE
    assert (await world.texts(conversation))[-1] == "system: offline(next_opening=tomorrow at 8:00)"


async def test_without_opening_hours_a_reply_is_promised_without_a_time(world: World) -> None:
    world.rota.anyone = False
    conversation = await world.queued()
    assert (await world.texts(conversation))[-1] == "system: offline_always()"


async def test_an_address_left_while_nobody_is_there_is_kept_and_read_back(world: World) -> None:
    world.rota.anyone = False
    conversation = await world.queued()
    await world.says(conversation, "write to lea.m@example.com, please")
    assert (await world.seen(conversation)).contact_email == "lea.m@example.com"
    assert (await world.texts(conversation))[-1] == "system: contact_noted(email=lea.m@example.com)"


async def test_who_has_left_an_address_before_is_told_it_and_not_asked_again(world: World) -> None:
    world.rota.anyone = False
    conversation = await world.queued()
    await world.says(conversation, "write to lea.m@example.com, please")
    await world.service.claim(conversation, ANN)
    await world.service.return_to_bot(conversation, ANN)
    await world.service.request_human(conversation, "again")
    assert (await world.texts(conversation))[-1] == "system: offline_always_known(email=lea.m@example.com)"


async def test_what_is_written_while_people_have_the_floor_owes_no_turn(world: World) -> None:
    conversation = await world.queued()
    await world.says(conversation, "hello?")
    await world.service.claim(conversation, ANN)
    await world.says(conversation, "there you are")
    assert await world.answers() == []


async def test_going_back_to_the_bot_from_the_line_starts_a_clean_dialogue(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hello")
    await world.answers()
    await world.service.request_human(conversation, "h")
    await world.service.back_to_bot(conversation)
    await world.says(conversation, "and now?")
    await world.answers()
    last = world.brain.requests[-1]
    assert last.tracker_events == []
    assert [message.text for message in last.messages] == ["and now?"]
    seen = await world.seen(conversation)
    assert (seen.state, seen.reason, seen.handoff, seen.wait_started_at) == (State.BOT, None, None, None)
    with pytest.raises(Conflict):
        await world.service.back_to_bot(conversation)


@pytest.mark.parametrize("where", ["customer", "queued", "with_agent"])
async def test_a_customer_can_end_it_anywhere_and_is_asked_how_it_was(world: World, where: str) -> None:
    conversation = await getattr(world, where)()
    if where == "customer":
        await world.says(conversation, "hi")
    ended = await world.service.end(conversation)
    assert ended.state is State.CLOSED
    assert await world.events_of(conversation, "feedback_request") == [{"feedback": "csat"}]
    assert (await world.service.end(conversation)).last_seq == ended.last_seq


async def test_a_conversation_in_which_nothing_was_said_asks_for_no_feedback(world: World) -> None:
    conversation = await world.customer()
    await world.service.end(conversation)
    assert await world.events_of(conversation, "feedback_request") == []


async def test_writing_after_the_end_reopens_with_the_bot_and_a_clean_dialogue(world: World) -> None:
    conversation = await world.with_agent()
    await world.service.resolve(conversation, ANN, "resolved")
    world.clock.forward(minutes=5)
    await world.says(conversation, "one more thing")
    seen = await world.seen(conversation)
    assert (seen.state, seen.episode, seen.assignee_id, seen.closed_at) == (State.BOT, 2, None, None)
    assert (await world.texts(conversation))[-2:] == ["system: reopened()", "customer: one more thing"]
    await world.answers()
    assert world.brain.requests[-1].known["returning"] is True
    assert world.brain.requests[-1].tracker_events == []


async def test_the_agent_who_had_it_has_it_again_if_online_and_it_was_closed_just_now(world: World) -> None:
    conversation = await world.with_agent()
    await world.service.resolve(conversation, ANN, "resolved")
    world.rota.online.add(ANN.id)
    world.clock.forward(minutes=29)
    accepted = await world.service.post_customer_message(conversation, "late", "wait")
    assert accepted.state is State.AGENT
    seen = await world.seen(conversation)
    assert (seen.assignee_id, seen.episode) == (ANN.id, 2)
    assert await world.answers() == []


async def test_after_the_window_or_with_the_agent_gone_the_bot_takes_it(world: World) -> None:
    for minutes, online in ((31, True), (1, False)):
        conversation = await world.with_agent()
        await world.service.resolve(conversation, ANN, "resolved")
        world.rota.online = {ANN.id} if online else set()
        world.clock.forward(minutes=minutes)
        assert (await world.service.post_customer_message(conversation, "x", "hi")).state is State.BOT


async def test_reading_counts_only_others_messages_and_only_forward(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hello")
    await world.answers()  # 3: bot, 4: turn
    await world.service.mark_read(conversation, "customer", 4)
    await world.service.mark_read(conversation, "customer", 5)  # the read event itself
    await world.service.mark_read(conversation, "customer", 1)
    assert await world.events_of(conversation, "read") == [{"by": "customer", "seq": 3}]
    await world.service.mark_read(conversation, "agent", 3)
    assert (await world.seen(conversation)).agent_read_seq == 3


@pytest.mark.parametrize("seq", [-1, 99, True, "3", None])
async def test_a_lie_about_what_was_read_is_refused(world: World, seq: object) -> None:
    conversation = await world.customer()
    with pytest.raises(InvalidInput) as refused:
        await world.service.mark_read(conversation, "customer", seq)
    assert refused.value.code == "unknown_seq"
