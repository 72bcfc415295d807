"""Whose turn it is to take what waits: by room, by team, one after the other."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.desk.offers import OfferPatience, Round
from bot.desk.presence import AgentHere, Status
from bot.desk.queue import Offered, Waiting

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def here(name, capacity=4, teams=(), minutes=10):
    return AgentHere(name, name.title(), teams, Status.ONLINE, capacity, NOW - timedelta(minutes=minutes), NOW)


def waits(id_, wanted=None, team=None, seconds=0):
    joined = NOW - timedelta(seconds=seconds)
    return Waiting(id_, joined, None, None, joined, team, wanted)


def asked(id_, agent, seconds):
    return Offered(id_, agent, NOW - timedelta(seconds=seconds))


def offers(line, agents, loads=None, before=()):
    changes = Round(agents, loads or {}, before, NOW, OfferPatience()).changes(line)
    return {change.conversation_id: change.agent.id if change.agent else None for change in changes}


def test_who_has_the_most_room_for_their_size_is_asked_and_the_line_is_kept():
    agents = [here("ann", capacity=4), here("ben", capacity=2)]
    assert offers([waits("1"), waits("2"), waits("3")], agents, {"ann": 2, "ben": 0}) == {
        "1": "ben",  # 0 of 2 against 2 of 4
        "2": "ann",  # 1 of 2 each: ann has been there as long and comes first by name
        "3": "ben",
    }


def test_nobody_is_offered_more_than_they_have_room_for():
    line = [waits(str(number)) for number in range(5)]
    assert offers(line, [here("ann", capacity=3)], {"ann": 1}) == {"0": "ann", "1": "ann"}
    assert offers(line, [here("ann", capacity=1)], {"ann": 1}) == {}


def test_an_offer_that_stands_is_left_and_takes_its_place():
    line = [waits("1"), waits("2", wanted="ann")]
    assert offers(line, [here("ann", capacity=1), here("ben")], before=[asked("2", "ann", 20)]) == {"1": "ben"}


def test_what_is_not_taken_in_time_is_the_next_ones_and_at_last_anybodys():
    agents = [here("ann"), here("ben")]
    first = [asked("1", "ann", 46)]
    assert offers([waits("1", wanted="ann", seconds=60)], agents, before=first) == {"1": "ben"}
    both = [asked("1", "ann", 92), asked("1", "ben", 46)]
    assert offers([waits("1", wanted="ben", seconds=100)], agents, before=both) == {"1": None}
    assert offers([waits("1", seconds=150)], agents, before=both) == {}
    later = [asked("1", "ann", 301), asked("1", "ben", 255)]
    assert offers([waits("1", seconds=400)], agents, before=later) == {"1": "ann"}


def test_an_agent_who_left_is_not_waited_for():
    assert offers([waits("1", wanted="ann")], [here("ben")], before=[asked("1", "ann", 5)]) == {"1": "ben"}
    assert offers([waits("1", wanted="ann")], [], before=[asked("1", "ann", 5)]) == {"1": None}


def test_a_colleague_who_was_named_has_the_same_time_from_when_it_was_passed_on():
    agents = [here("ann"), here("ben")]
    assert offers([waits("1", wanted="ben", seconds=30)], agents, {"ben": 4}) == {}
    assert offers([waits("1", wanted="ben", seconds=46)], agents) == {"1": "ann"}


@pytest.mark.parametrize(
    ("agents", "expected"),
    [
        ([here("ann", teams=("sales",)), here("ben", teams=("returns",))], "ben"),
        ([here("ann", teams=("sales",)), here("ben")], "ben"),  # in no team: takes all
        ([here("ann", teams=("sales",))], "ann"),  # better than nobody
        ([here("ann", teams=("sales",)), here("ben", 0, teams=("returns",))], None),  # waits for the team's room
    ],
)
def test_a_team_goes_first(agents, expected):
    assert offers([waits("1", team="returns")], agents) == ({"1": expected} if expected else {})
