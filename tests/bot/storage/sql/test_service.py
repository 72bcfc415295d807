"""The service on real databases: what only parallel writers and dying processes can show."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from bot.conversation.model import CustomerProfile, Staff, State
from bot.errors import Conflict
from bot.storage.database import Database, connect
from bot.storage.sql import SqlConversationStore
from tests.bot.conversation.world import World, result
from tests.support.waiting import eventually

BOTH = [pytest.param("sqlite"), pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> Database:
    return request.getfixturevalue(request.param)


@pytest.fixture
def world(database: Database) -> World:
    return World(SqlConversationStore(database))


@pytest.fixture
async def neighbour(world: World, database: Database) -> AsyncIterator[World]:
    """A second gateway on the same database, with connections of its own."""
    far = connect(database.url.render_as_string(hide_password=False))
    other = World(SqlConversationStore(far))
    other.clock, other.brain = world.clock, world.brain
    other.service._clock = world.clock
    yield other
    await far.close()


async def gapless(world: World, conversation: str) -> bool:
    numbers = [event.seq for event in await world.log(conversation)]
    return numbers == list(range(1, (await world.seen(conversation)).last_seq + 1))


async def test_of_a_hundred_claims_at_once_one_wins_and_the_others_learn_who(world: World, neighbour: World) -> None:
    conversation = await world.queued()
    agents = [Staff(f"agent-{n}", f"Agent {n}") for n in range(100)]
    claims = (
        gateway.service.claim(conversation, agent)
        for agent, gateway in zip(agents, [world, neighbour] * 50, strict=True)
    )
    outcomes = await asyncio.gather(*claims, return_exceptions=True)
    winners = [agent for agent, outcome in zip(agents, outcomes, strict=True) if not isinstance(outcome, BaseException)]
    assert len(winners) == 1
    lost = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert len(lost) == 99
    assert {outcome.code for outcome in lost} == {"already_claimed"}
    assert all(outcome.details["agent"]["id"] == winners[0].id for outcome in lost)
    assert [each["agent"]["id"] for each in await world.events_of(conversation, "assignment")] == [winners[0].id]


async def test_one_message_sent_fifty_times_at_once_is_stored_and_answered_once(world: World, neighbour: World) -> None:
    conversation = await world.customer()
    sends = (
        gateway.service.post_customer_message(conversation, "same", "hello") for gateway in [world, neighbour] * 25
    )
    accepted = await asyncio.gather(*sends)
    assert Counter(each.duplicate for each in accepted) == {True: 49, False: 1}
    assert len({(each.message_id, each.seq) for each in accepted}) == 1
    await world.answers()
    assert await world.texts(conversation) == ["bot: opening()", "customer: hello", "bot: echo: hello"]


async def test_messages_from_everywhere_at_once_are_numbered_without_gaps_and_all_answered(
    world: World, neighbour: World
) -> None:
    dispatchers = [world.dispatcher(), neighbour.dispatcher()]
    for dispatcher in dispatchers:
        await dispatcher.start()
    conversations = [await world.customer() for _ in range(4)]
    await asyncio.gather(
        *(
            gateway.service.post_customer_message(conversation, f"{n}", f"text {n}")
            for conversation in conversations
            for n, gateway in enumerate([world, neighbour] * 10)
        )
    )

    async def all_answered() -> bool:
        rows = [await world.seen(conversation) for conversation in conversations]
        return all(row.answered_seq == row.last_customer_seq for row in rows)

    await eventually(all_answered, timeout=30)
    for dispatcher in dispatchers:
        await dispatcher.stop()
    for conversation in conversations:
        assert await gapless(world, conversation)
        events = await world.log(conversation)
        sent = [event.seq for event in events if event.data.get("author", {}).get("kind") == "customer"]
        covered = [seq for event in events if event.kind == "turn" for seq in event.data["covers"]]
        assert sorted(covered) == sent
        assert len(sent) == 20


async def test_a_reply_and_a_takeover_at_the_same_moment_end_in_one_of_two_right_ways(
    world: World, neighbour: World
) -> None:
    for n in range(15):
        conversation = await world.customer()
        await world.says(conversation, "hello")
        (taken,) = await world.service.take_turns(f"lease-{n}", 30, 1)
        ended, _ = await asyncio.gather(
            world.service.finish_turn(taken, result("bot reply")),
            neighbour.service.request_human(conversation, "human"),
        )
        events = await world.log(conversation)
        floor = [event.seq for event in events if event.kind == "state"]
        replies = [event.seq for event in events if event.data.get("text") == "bot reply"]
        assert ended in ("answered", "dropped")
        assert bool(replies) == (ended == "answered")
        assert all(reply < floor[0] for reply in replies)
        assert await gapless(world, conversation)


async def test_messages_and_takeovers_at_the_same_moment_leave_nothing_owed_by_nobody(
    world: World, neighbour: World
) -> None:
    for _ in range(15):
        conversation = await world.customer()
        await asyncio.gather(
            *(world.service.post_customer_message(conversation, f"{n}", "text") for n in range(3)),
            neighbour.service.request_human(conversation, "human"),
        )
        seen = await world.seen(conversation)
        assert (seen.state, seen.answered_seq) == (State.QUEUED, seen.last_customer_seq)
    assert await world.answers() == []


async def test_a_customer_who_opens_on_two_devices_at_once_has_one_conversation(world: World, neighbour: World) -> None:
    lea = CustomerProfile("Lea", verified=True, external_id="42")
    opened = await asyncio.gather(*(gateway.service.open(None, profile=lea) for gateway in [world, neighbour] * 5))
    assert len({conversation.customer.id for conversation in opened}) == 1
    assert len({conversation.id for conversation in opened}) == 1


async def test_a_turn_of_a_gateway_that_died_is_answered_once_by_another(world: World, neighbour: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hello")
    (dead,) = await world.service.take_turns("dies", 30, 1)
    world.clock.forward(seconds=31)
    (taken,) = await neighbour.service.take_turns("lives", 30, 1)
    ends = await asyncio.gather(
        neighbour.service.finish_turn(taken, result("the answer")),
        world.service.finish_turn(dead, result("the answer")),
    )
    assert ends[0] == "answered"
    assert (await world.texts(conversation)).count("bot: the answer") == 1


async def test_everything_is_there_after_the_process_is_gone(world: World, database: Database) -> None:
    conversation = await world.with_agent()
    before = await world.log(conversation), await world.seen(conversation)
    reopened = connect(database.url.render_as_string(hide_password=False))
    after = World(SqlConversationStore(reopened))
    assert (await after.log(conversation), await after.seen(conversation)) == before
    await reopened.close()
