"""Days on which the warehouse works and parcels are delivered: England's calendar, bank holidays included."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6


def uk_today() -> date:
    """The present day where the shop is."""
    return datetime.now(ZoneInfo("Europe/London")).date()


def is_working_day(day: date) -> bool:
    """Monday to Friday without bank holidays: the warehouse packs, refunds are paid."""
    return day.weekday() < SATURDAY and day not in bank_holidays(day.year)


def is_delivery_day(day: date) -> bool:
    """Monday to Saturday without bank holidays: parcels are delivered."""
    return day.weekday() != SUNDAY and day not in bank_holidays(day.year)


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after a day."""
    while count > 0:
        day += _DAY
        count -= is_working_day(day)
    return day


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """Bank holidays in England; one that falls on a weekend is kept on the next free weekday."""
    easter = _easter(year)
    fixed = [easter - 2 * _DAY, easter + _DAY, _first_monday(year, 5), _last_monday(year, 5), _last_monday(year, 8)]
    days = set(fixed)
    for kept in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        day = kept
        while day.weekday() >= SATURDAY or day in days:
            day += _DAY
        days.add(day)
    return frozenset(days)


def _first_monday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=-first.weekday() % 7)


def _last_monday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=last.weekday())


def _easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian computus (Meeus, Astronomical Algorithms)."""
    century, in_century = divmod(year, 100)
    leaps, century_rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * (year % 19) + century - leaps - correction + 15) % 30
    leap_rest, year_rest = divmod(in_century, 4)
    weekday = (32 + 2 * century_rest + 2 * leap_rest - moon - year_rest) % 7
    shift = (year % 19 + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)
