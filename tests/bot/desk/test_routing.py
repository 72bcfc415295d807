"""What happens at the desk by itself."""

import asyncio

import pytest

from bot.desk.presence import Status
from bot.storage.database import connect
from tests.support.desk_house import DeskHouse
from tests.support.waiting import eventually


@pytest.fixture
def routing(house):
    return house.routing()


async def kinds(house, conversation, kind):
    found = await house.service.events(conversation, private=True)
    return [dict(event.data) for event in found if event.kind == kind]


async def test_places_are_told_when_they_change_and_not_again(house, routing):
    ann = await house.agent("ann")
    first, second, third = [await house.waiting() for _ in range(3)]
    assert await routing.step()
    assert await kinds(house, third, "queue") == []  # told when they joined
    await ann.post(f"/agent/conversations/{first}/claim")
    await routing.step()
    await routing.step()
    assert [told["position"] for told in await kinds(house, second, "queue")] == [1]
    assert [told["position"] for told in await kinds(house, third, "queue")] == [2]


async def test_the_expected_wait_follows_how_long_others_waited(house, routing):
    ann = await house.agent("ann")
    for _ in range(3):
        conversation = await house.waiting()
        house.clock.forward(seconds=50)
        await ann.post(f"/agent/conversations/{conversation}/claim")
    await ann.put("/agent/presence", json={"status": "online"})
    one, two = await house.waiting(), await house.waiting()
    await routing.step()
    state = await house.service.conversation(two)
    assert state.queue_eta_seconds == pytest.approx(100, abs=30)
    assert (await house.service.conversation(one)).queue_position == 1


async def test_nobody_waits_for_nobody(house, routing):
    ann = await house.agent("ann")
    conversation = await house.waiting()
    house.clock.forward(seconds=40)
    await ann.put("/agent/presence", json={"status": "offline"})
    await routing.step()
    assert await house.state(conversation) == "offline"
    back = await house.agent("ben")
    assert (await back.post(f"/agent/conversations/{conversation}/claim")).status_code == 200


async def test_an_agent_whose_line_broke_has_time_to_come_back(house, routing):
    ann = await house.agent("ann")
    conversation = await house.waiting()
    house.clock.forward(seconds=80)
    await routing.step()
    assert await house.state(conversation) == "queued"
    await ann.get("/agent/conversations")
    house.clock.forward(seconds=80)
    await routing.step()
    assert await house.state(conversation) == "queued"
    house.clock.forward(seconds=30)
    await routing.step()
    assert await house.state(conversation) == "offline"


async def test_after_a_start_agents_have_time_to_connect_again(house):
    await house.agent("ann")
    conversation = await house.waiting()
    house.clock.forward(minutes=20)
    routing = house.routing()
    await routing.step()
    assert await house.state(conversation) == "queued"
    house.clock.forward(seconds=31)
    await routing.step()
    assert await house.state(conversation) == "offline"


async def test_at_closing_time_who_waits_is_told_when_people_are_back(tmp_path):
    database = connect(f"sqlite:///{tmp_path}/b.sqlite3")
    async with DeskHouse(database, opening_hours="Mon-Fri 08:00-20:00 UTC") as house:
        await house.agent("ann")
        house.clock.at = house.clock.at.replace(hour=19, minute=59)
        await house.staffing.presence.set((await house.account_store.all())[0].as_staff(), Status.ONLINE)
        conversation = await house.waiting()
        routing = house.routing()
        await routing.step()
        assert await house.state(conversation) == "queued"
        house.clock.forward(minutes=1)
        await routing.step()
        assert await house.state(conversation) == "offline"


async def test_what_an_absent_agent_does_not_answer_goes_back_to_the_line(house, routing):
    ann, ben = await house.agent("ann"), await house.agent("ben")
    conversation = await house.waiting()
    await ann.post(f"/agent/conversations/{conversation}/claim")
    body = {"client_message_id": "1", "text": "Hello"}
    await ann.post(f"/agent/conversations/{conversation}/messages", json=body)
    house.clock.forward(minutes=30)
    await ben.get("/agent/conversations")
    await routing.step()
    assert await house.state(conversation) == "agent"  # nothing is owed
    await house.says(conversation, "are you there?")
    house.clock.forward(minutes=2)
    await ben.get("/agent/conversations")
    await routing.step()
    assert await house.state(conversation) == "agent"
    house.clock.forward(minutes=2)
    await ben.get("/agent/conversations")
    await routing.step()
    assert await house.state(conversation) == "queued"
    assert [told["why"] for told in await kinds(house, conversation, "assignment")][-2:] == ["agent_away", "offered"]


async def test_who_is_there_but_slow_loses_it_later_and_only_if_somebody_else_is_there(house, routing):
    ann = await house.agent("ann")
    conversation = await house.waiting()
    await ann.post(f"/agent/conversations/{conversation}/claim")
    house.clock.forward(minutes=11)
    await ann.get("/agent/conversations")
    await routing.step()
    assert await house.state(conversation) == "agent"
    await house.agent("ben")
    await routing.step()
    assert await house.state(conversation) == "queued"
    assert [told["why"] for told in await kinds(house, conversation, "assignment")][-2:] == ["no_answer", "offered"]


async def test_the_time_to_answer_begins_when_it_is_claimed(house, routing):
    ann = await house.agent("ann")
    await house.agent("ben")
    conversation = await house.waiting()
    house.clock.forward(minutes=30)
    await ann.put("/agent/presence", json={"status": "online"})
    await ann.post(f"/agent/conversations/{conversation}/claim")
    house.clock.forward(minutes=1)
    await routing.step()
    assert await house.state(conversation) == "agent"


async def test_quiet_conversations_with_the_bot_are_closed_and_unwritten_ones_left_alone(house, routing):
    written = await house.customer()
    await house.answered()
    unwritten = (await house.service.open(None)).id
    house.clock.forward(hours=23)
    await routing.step()
    assert await house.state(written) == "bot"
    house.clock.forward(hours=2)
    await routing.step()
    assert (await house.state(written), await house.state(unwritten)) == ("closed", "bot")


async def test_only_one_gateway_routes_and_another_takes_over(house, routing):
    other = house.routing()
    assert await routing.step()
    assert not await other.step()
    house.clock.forward(seconds=21)
    assert await other.step()
    assert not await routing.step()


async def test_the_loop_acts_on_news_and_gives_its_lease_back(house, routing):
    await house.agent("ann")
    running = asyncio.create_task(routing.run())
    first, second = await house.waiting(), await house.waiting()
    ann = (await house.account_store.all())[0].as_staff()
    await house.service.claim(first, ann)
    await eventually(lambda: _position_is(house, second, 1))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await house.routing().step()


async def _position_is(house, conversation, position):
    return (await house.service.conversation(conversation)).queue_position == position


async def test_the_backlog_drains_by_itself_when_somebody_logs_in_and_when_they_free_up(house, routing):
    ben = await house.agent("ben")
    await ben.put("/agent/presence", json={"status": "online", "capacity": 1})
    await ben.post(f"/agent/conversations/{await house.waiting()}/claim")
    first, second, third = [await house.waiting() for _ in range(3)]
    await routing.step()
    assert await wanted_of(house, first, second, third) == [None, None, None]
    ann = await house.agent("ann", status="away")
    await ann.put("/agent/presence", json={"status": "online", "capacity": 2})
    await routing.step()
    assert await wanted_of(house, first, second, third) == [ann.account.id, ann.account.id, None]
    for conversation in (first, second):
        assert (await ann.post(f"/agent/conversations/{conversation}/claim")).status_code == 200
    await routing.step()
    assert await wanted_of(house, third) == [None]  # she has as many as she wants
    await ann.post(f"/agent/conversations/{first}/resolve", json={"outcome": "resolved"})
    await routing.step()
    assert await wanted_of(house, third) == [ann.account.id]


async def test_what_is_offered_is_the_next_ones_after_a_while_and_anybody_may_still_take_it(house, routing):
    ann, ben = await house.agent("ann"), await house.agent("ben")
    conversation = await house.waiting()
    await routing.step()
    assert await wanted_of(house, conversation) == [ann.account.id]
    house.clock.forward(seconds=46)
    await routing.step()
    assert await wanted_of(house, conversation) == [ben.account.id]
    why = [(told["why"], told["agent"]["name"]) for told in await kinds(house, conversation, "assignment")]
    assert why == [("offered", "Ann"), ("offered", "Ben")]
    assert (await ann.post(f"/agent/conversations/{conversation}/claim")).status_code == 200
    assert (await ben.post(f"/agent/conversations/{conversation}/claim")).json()["error"]["code"] == "already_claimed"


async def test_who_declines_is_passed_over_at_once(house, routing):
    ann, ben = await house.agent("ann"), await house.agent("ben")
    conversation = await house.waiting()
    await routing.step()
    assert (await ben.post(f"/agent/conversations/{conversation}/decline")).json()["wanted_agent_id"] == ann.account.id
    assert (await ann.post(f"/agent/conversations/{conversation}/decline")).json()["wanted_agent_id"] is None
    await routing.step()
    assert await wanted_of(house, conversation) == [ben.account.id]


async def test_what_somebody_did_not_answer_is_offered_to_somebody_else(house, routing):
    ann, ben = await house.agent("ann"), await house.agent("ben")
    conversation = await house.waiting()
    await ann.post(f"/agent/conversations/{conversation}/claim")
    house.clock.forward(minutes=11)
    for agent in (ann, ben):
        await agent.get("/agent/conversations")
    await routing.step()
    assert await house.state(conversation) == "queued"
    assert await wanted_of(house, conversation) == [ben.account.id]


async def wanted_of(house, *conversations):
    return [(await house.service.conversation(conversation)).wanted_agent_id for conversation in conversations]
