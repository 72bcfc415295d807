from datetime import datetime, timedelta

import pytest

from bot.conversation.model import Priority, Staff, State
from bot.errors import Conflict, InvalidInput
from tests.bot.conversation.world import ANN, BEN, NOON, World


async def test_a_claim_gives_the_floor_tells_the_customer_and_is_recorded(world: World) -> None:
    conversation = await world.queued()
    world.clock.forward(seconds=40)
    claimed = await world.service.claim(conversation, ANN)
    assert (claimed.state, claimed.assignee_id, claimed.assignee_name) == (State.AGENT, ANN.id, "Ann")
    assert (await world.texts(conversation))[-1] == "system: agent_joined(agent=Ann)"
    assert await world.events_of(conversation, "assignment") == [
        {"agent": {"id": ANN.id, "name": "Ann"}, "why": "claimed"}
    ]


async def test_the_second_claim_is_told_who_was_first(world: World) -> None:
    conversation = await world.with_agent(ANN)
    with pytest.raises(Conflict) as lost:
        await world.service.claim(conversation, BEN)
    assert lost.value.code == "already_claimed"
    assert lost.value.details == {"agent": {"id": ANN.id, "name": "Ann"}}


async def test_claiming_ones_own_again_changes_nothing(world: World) -> None:
    conversation = await world.with_agent(ANN)
    before = await world.log(conversation)
    assert (await world.service.claim(conversation, ANN)).assignee_id == ANN.id
    assert await world.log(conversation) == before


async def test_what_is_with_the_bot_cannot_be_claimed(world: World) -> None:
    with pytest.raises(Conflict) as refused:
        await world.service.claim(await world.customer(), ANN)
    assert refused.value.code == "wrong_state"


async def test_only_the_assignee_writes_and_a_re_sent_message_is_answered_even_after_a_transfer(world: World) -> None:
    conversation = await world.with_agent(ANN)
    sent = await world.service.post_agent_message(conversation, ANN, "k", "Hello, Ann here")
    with pytest.raises(Conflict) as refused:
        await world.service.post_agent_message(conversation, BEN, "k", "Hello, Ben here")
    assert refused.value.code == "not_assigned"
    assert refused.value.details["agent"] == {"id": ANN.id, "name": "Ann"}
    await world.service.transfer(conversation, ANN, team="returns")
    again = await world.service.post_agent_message(conversation, ANN, "k", "Hello, Ann here")
    assert (again.duplicate, again.message_id, again.seq) == (True, sent.message_id, sent.seq)
    with pytest.raises(Conflict) as other_text:
        await world.service.post_agent_message(conversation, ANN, "k", "Something else")
    assert other_text.value.code == "client_message_id_reused"
    with pytest.raises(Conflict) as too_late:
        await world.service.post_agent_message(conversation, ANN, "k2", "One more thing")
    assert too_late.value.code == "not_assigned"


async def test_two_agents_may_use_the_same_client_id(world: World) -> None:
    conversation = await world.with_agent(ANN)
    await world.service.post_agent_message(conversation, ANN, "1", "from Ann")
    await world.service.transfer(conversation, ANN, agent_id=BEN.id)
    await world.service.claim(conversation, BEN)
    assert not (await world.service.post_agent_message(conversation, BEN, "1", "from Ben")).duplicate


async def test_a_note_stays_among_colleagues(world: World) -> None:
    conversation = await world.with_agent()
    note = await world.service.add_note(conversation, BEN, "customer is a regular")
    assert note.private
    assert note.data["author"] == {"id": BEN.id, "name": "Ben"}
    assert note.seq not in [event.seq for event in await world.log(conversation, private=False)]
    assert (await world.seen(conversation)).last_message == "where is my order"


async def test_a_transfer_goes_back_in_line_ahead_of_those_who_came_later(world: World) -> None:
    first = await world.with_agent()
    world.clock.forward(minutes=10)
    await world.queued()
    moved = await world.service.transfer(first, ANN, team="returns")
    assert (moved.state, moved.team, moved.assignee_id, moved.queue_position) == (State.QUEUED, "returns", None, 1)
    assert moved.wait_started_at == NOON
    assert (await world.texts(first))[-1] == "system: transferred(position=1)"


async def test_a_transfer_to_a_colleague_names_them_and_anybody_may_still_claim(world: World) -> None:
    conversation = await world.with_agent()
    assert (await world.service.transfer(conversation, ANN, agent_id=BEN.id)).wanted_agent_id == BEN.id
    other = Staff("staff-cleo", "Cleo")
    claimed = await world.service.claim(conversation, other)
    assert (claimed.assignee_id, claimed.wanted_agent_id) == (other.id, None)


@pytest.mark.parametrize("target", [{}, {"agent_id": ANN.id}])
async def test_a_transfer_needs_somebody_else(world: World, target: dict[str, str]) -> None:
    conversation = await world.with_agent()
    with pytest.raises(InvalidInput):
        await world.service.transfer(conversation, ANN, **target)


async def test_an_assignee_who_does_not_answer_loses_it_to_the_line(world: World) -> None:
    conversation = await world.with_agent()
    requeued = await world.service.requeue(conversation, "no_answer")
    assert (requeued.state, requeued.assignee_id, requeued.reason) == (State.QUEUED, None, "customer_request")
    assert (await world.events_of(conversation, "assignment"))[-1] == {
        "agent": None,
        "why": "no_answer",
        "team": None,
        "before": {"id": ANN.id, "name": ANN.name},
    }
    with pytest.raises(Conflict):
        await world.service.requeue(conversation, "no_answer")


async def test_returned_to_the_bot_it_answers_with_a_clean_dialogue(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "first")
    await world.answers()
    await world.service.request_human(conversation, "h")
    await world.service.claim(conversation, ANN)
    await world.says(conversation, "to the agent")
    returned = await world.service.return_to_bot(conversation, ANN)
    assert (returned.state, returned.assignee_id, returned.handoff, returned.reason) == (State.BOT, None, None, None)
    assert (returned.context_from_turn, returned.failed_attempts) == (1, 0)
    assert await world.answers() == []
    await world.says(conversation, "to the bot")
    await world.answers()
    assert [message.text for message in world.brain.requests[-1].messages] == ["to the bot"]
    assert world.brain.requests[-1].tracker_events == []


@pytest.mark.parametrize("verb", ["return_to_bot", "transfer", "resolve", "snooze"])
async def test_what_is_a_colleagues_is_left_alone(world: World, verb: str) -> None:
    conversation = await world.with_agent(ANN)
    more = {"transfer": ("returns",), "resolve": ("resolved",), "snooze": (NOON + timedelta(hours=1),)}.get(verb, ())
    with pytest.raises(Conflict) as refused:
        await getattr(world.service, verb)(conversation, BEN, *more)
    assert refused.value.code == "not_assigned"
    assert (await world.seen(conversation)).assignee_id == ANN.id


async def test_resolving_closes_says_so_and_asks_for_feedback(world: World) -> None:
    conversation = await world.with_agent()
    closed = await world.service.resolve(conversation, ANN, "resolved", "sent a label")
    assert (closed.state, closed.closed_at) == (State.CLOSED, NOON)
    (resolution,) = await world.events_of(conversation, "resolution")
    assert resolution == {"outcome": "resolved", "comment": "sent a label", "by": {"id": ANN.id, "name": "Ann"}}
    assert (await world.texts(conversation))[-1] == "system: closed_by_agent(agent=Ann)"
    assert [event.kind for event in await world.log(conversation)][-1] == "feedback_request"
    with pytest.raises(Conflict):
        await world.service.resolve(conversation, ANN, "resolved")


async def test_what_waits_in_line_is_not_resolved_unseen(world: World) -> None:
    with pytest.raises(Conflict):
        await world.service.resolve(await world.queued(), ANN, "resolved")


@pytest.mark.parametrize("outcome", ["", "Done!", "x" * 41, "a b"])
async def test_an_outcome_is_one_plain_word(world: World, outcome: str) -> None:
    with pytest.raises(InvalidInput):
        await world.service.resolve(await world.with_agent(), ANN, outcome)


async def test_a_snooze_ends_when_the_customer_writes(world: World) -> None:
    conversation = await world.with_agent()
    until = NOON + timedelta(hours=2)
    assert (await world.service.snooze(conversation, ANN, until)).snoozed_until == until
    await world.says(conversation, "are you there?")
    assert (await world.seen(conversation)).snoozed_until is None


@pytest.mark.parametrize("until", [NOON, NOON.replace(tzinfo=None) + timedelta(days=1)])
async def test_a_snooze_needs_a_time_to_come_with_a_zone(world: World, until: datetime) -> None:
    with pytest.raises(InvalidInput):
        await world.service.snooze(await world.with_agent(), ANN, until)


async def test_labels_are_cleaned_replaced_and_bounded(world: World) -> None:
    conversation = await world.customer()
    assert (await world.service.set_labels(conversation, ANN, [" vip ", "vip", "", "two  words"])).labels == (
        "vip",
        "two words",
    )
    await world.service.set_labels(conversation, ANN, ["vip", "two words"])
    assert len(await world.events_of(conversation, "labels")) == 1
    for bad in (["x" * 41], [str(n) for n in range(21)]):
        with pytest.raises(InvalidInput):
            await world.service.set_labels(conversation, ANN, bad)


async def test_raising_the_priority_moves_ahead_in_line(world: World) -> None:
    await world.queued()
    world.clock.forward(minutes=1)
    second = await world.queued()
    assert (await world.seen(second)).queue_position == 2
    await world.service.set_priority(second, ANN, Priority.URGENT)
    world.clock.forward(minutes=1)
    third = await world.queued()
    assert (await world.seen(third)).queue_position == 3
    await world.service.claim(second, ANN)
    await world.service.transfer(second, ANN, team="x")
    assert (await world.seen(second)).queue_position == 1


async def test_drafts_are_kept_until_sent_and_passed_to_the_next_owner(world: World) -> None:
    conversation = await world.with_agent(ANN)
    await world.service.save_draft(conversation, ANN, "I will look in")
    assert await world.service.draft(conversation, BEN) is None
    await world.service.requeue(conversation, "no_answer")
    await world.service.claim(conversation, BEN)
    inherited = await world.service.draft(conversation, BEN)
    assert inherited is not None
    assert (inherited.text, inherited.staff_name) == ("I will look in", "Ann")
    await world.service.save_draft(conversation, BEN, "Hello")
    await world.service.post_agent_message(conversation, BEN, "k", "Hello")
    await world.service.save_draft(conversation, ANN, "  ")
    assert await world.service.draft(conversation, BEN) is None
    assert await world.service.draft(conversation, ANN) is None


async def test_waiting_too_long_ends_in_a_promise(world: World) -> None:
    conversation = await world.queued()
    assert (await world.service.go_offline(conversation)).state is State.OFFLINE
    assert (await world.texts(conversation))[-1] == "system: offline_always()"
    with pytest.raises(Conflict):
        await world.service.go_offline(conversation)
    assert (await world.service.claim(conversation, ANN)).state is State.AGENT


async def test_going_offline_is_only_from_the_line(world: World) -> None:
    with pytest.raises(Conflict):
        await world.service.go_offline(await world.customer())


async def test_what_nobody_goes_on_with_is_closed_but_never_what_waits(world: World) -> None:
    conversation = await world.with_agent()
    assert (await world.service.close_idle(conversation)).state is State.CLOSED
    assert (await world.texts(conversation))[-1] == "system: closed_idle()"
    with pytest.raises(Conflict):
        await world.service.close_idle(await world.queued())


async def test_a_place_in_line_is_told_only_when_it_changed(world: World) -> None:
    conversation = await world.queued()
    assert not await world.service.publish_queue(conversation, 1, None)
    assert await world.service.publish_queue(conversation, 1, 60)
    assert not await world.service.publish_queue(conversation, 1, 60)
    assert await world.events_of(conversation, "queue") == [{"position": 1, "eta_seconds": 60}]
    await world.service.claim(conversation, ANN)
    assert not await world.service.publish_queue(conversation, 2, None)


async def test_the_expected_wait_follows_recent_claims(world: World) -> None:
    for _ in range(3):
        conversation = await world.queued()
        world.clock.forward(seconds=90)
        await world.service.claim(conversation, ANN)
    await world.queued()
    world.clock.forward(seconds=1)
    second = await world.queued()
    assert (await world.seen(second)).queue_eta_seconds == 180
    assert (await world.texts(second))[-1] == "system: queued(eta=about 3 minutes, position=2)"


async def test_listeners_hear_of_the_line_and_of_the_conversation(world: World) -> None:
    conversation = await world.queued()
    async with world.signals.subscribe("queue", "conversation:*") as news:
        await world.service.claim(conversation, ANN)
        heard = {await anext(news), await anext(news)}
    assert heard == {("queue", None), (f"conversation:{conversation}", None)}
