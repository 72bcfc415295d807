"""Who is there, as the core and colleagues see it."""

from datetime import timedelta

import pytest

from bot.storage.database import connect
from tests.support.desk_house import DeskHouse


async def test_who_is_silent_for_a_minute_counts_as_offline_and_comes_back_by_being_heard_of(house):
    ann = await house.agent("ann")
    assert await house.staffing.availability.anyone_for(None)
    house.clock.forward(seconds=61)
    assert not await house.staffing.availability.anyone_for(None)
    assert not await house.staffing.presence.is_online(ann.account.id)
    await ann.get("/agent/conversations")
    assert (await ann.get("/agent/presence")).json()["me"]["status"] == "online"
    assert await house.staffing.availability.anyone_for("returns")


async def test_an_agent_who_never_said_anything_is_offline_and_away_takes_nothing(house):
    ann = await house.signed_in("ann")
    assert (await ann.get("/agent/presence")).json()["me"]["status"] == "offline"
    await ann.put("/agent/presence", json={"status": "away", "capacity": 2})
    assert not await house.staffing.availability.anyone_for(None)
    me = (await ann.put("/agent/presence", json={"status": "online"})).json()
    assert (me["status"], me["capacity"]) == ("online", 2)


@pytest.mark.parametrize(("hour", "there"), [(10, True), (21, False)])
async def test_after_hours_nobody_is_available_even_if_somebody_is_online(tmp_path, hour, there):
    database = connect(f"sqlite:///{tmp_path}/b.sqlite3")
    async with DeskHouse(database, opening_hours="Mon-Fri 08:00-20:00 Europe/London") as house:
        house.clock.at = house.clock.at.replace(hour=hour)
        await house.agent("ann")
        availability = house.staffing.availability
        assert await availability.anyone_for(None) is there
        opening = availability.next_opening(house.clock.now())
        assert opening - house.clock.now() < timedelta(days=1)
        assert opening.hour == 8
