"""Opening hours as operators write them."""

from datetime import UTC, datetime

import pytest

from bot.desk.hours import OpeningHours
from bot.errors import InvalidInput

SHOP = OpeningHours.parse("Mon-Fri 08:00-20:00; Sat 09:00-17:00 Europe/London")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-03-02T08:00", True),  # a Monday, winter time
        ("2026-03-02T07:59", False),
        ("2026-03-02T19:59", True),
        ("2026-03-02T20:00", False),
        ("2026-03-07T16:59", True),  # Saturday
        ("2026-03-08T12:00", False),  # Sunday
        ("2026-07-01T07:00", True),  # summer time: 8 in London
    ],
)
def test_open_on_the_clock_of_its_zone(moment, is_open):
    assert SHOP.is_open(at(moment)) is is_open


@pytest.mark.parametrize(
    ("after", "opening"),
    [
        ("2026-03-02T21:00", "2026-03-03T08:00"),
        ("2026-03-02T07:00", "2026-03-02T08:00"),
        ("2026-03-07T18:00", "2026-03-09T08:00"),  # Saturday evening: Monday
        ("2026-03-28T18:00", "2026-03-30T07:00"),  # over the change to summer time
        ("2026-03-02T12:00", "2026-03-03T08:00"),  # open now: the next time they come in
    ],
)
def test_next_opening(after, opening):
    found = SHOP.next_opening(at(after))
    assert found == at(opening)
    assert str(found.tzinfo) == "Europe/London"


def test_hours_past_midnight_are_one_opening():
    night = OpeningHours.parse("Fri-Sat 22:00-02:00")
    assert night.is_open(at("2026-03-08T01:30"))
    assert not night.is_open(at("2026-03-08T02:00"))
    assert night.next_opening(at("2026-03-06T23:00")) == at("2026-03-07T22:00")


def test_days_may_wrap_around_the_week_and_be_listed():
    hours = OpeningHours.parse("Sat-Mon, Wednesday 10:00-12:00 UTC")
    open_days = [day for day in range(2, 9) if hours.is_open(at(f"2026-03-0{day}T11:00"))]
    assert open_days == [2, 4, 7, 8]


def test_open_round_the_clock_has_an_answer():
    always = OpeningHours.parse("Mon-Sun 00:00-24:00")
    assert always.is_open(at("2026-03-02T23:59"))
    assert always.next_opening(at("2026-03-02T12:00")) == at("2026-03-02T12:00")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "names no hours"),
        ("Mon-Fri", "cannot be read"),
        ("Foo 08:00-10:00", "'Foo' is no day"),
        ("Mo 08:00-10:00", "'Mo' is no day"),
        ("Mon 08:00-25:00", "'25:00' is no time"),
        ("Mon 08:61-10:00", "'08:61' is no time"),
        ("Mon 08:00-08:00", "at the same time"),
        ("Mon 08:00-10:00 Europe/Londn", "'Europe/Londn' is no time zone"),
        ("Mon 08:00-10:00; whenever Europe/London", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_named(text, names):
    with pytest.raises(InvalidInput, match=names) as refused:
        OpeningHours.parse(text)
    assert "Write them like" in refused.value.message
