"""Days that customers name, as ISO dates; 'two weeks' is a while, not a day, and is left alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bot.brain.nlu.found import Found

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10}
_UNIT_DAYS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}

_month = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_day = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_year = r"(?:,?\s+(?P<year>(?:19|20)\d\d))?"
_weekday = (
    r"(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|"
    r"sat(?:urday)?|sun(?:day)?)"
)
_count = r"(?P<count>\d{1,3}|an?(?:\s+couple\s+of)?|couple\s+of|one|two|three|four|five|six|seven|ten)"
_unit = r"(?P<unit>day|week|fortnight|month|year)s?"

_PATTERNS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(rf"(?<![\w/.-])(?:{pattern})(?![\w/-])", re.IGNORECASE)
    for pattern in (
        r"(?P<year>(?:19|20)\d\d)-(?P<month_number>0?[1-9]|1[0-2])-(?P<day>0?[1-9]|[12]\d|3[01])",
        rf"{_day}(?P<sep>[/.-])(?P<month_number>0?[1-9]|1[0-2])(?:(?P=sep)(?P<year>(?:19|20)?\d\d))",
        rf"{_day}/(?P<month_number>0?[1-9]|1[0-2])",
        rf"(?:the\s+)?{_day}(?:st|nd|rd|th)?\s+(?:of\s+)?{_month}{_year}",
        rf"{_month}\s+(?:the\s+)?{_day}(?:st|nd|rd|th)?{_year}",
        r"(?P<near>the\s+day\s+before\s+yesterday|the\s+day\s+after\s+tomorrow|yesterday|today|tonight|tomorrow|tmrw|tomoz)",
        rf"(?:(?P<which>last|this|next|on|by|until|till|since)\s+)?{_weekday}",
        rf"{_count}\s+{_unit}\s+(?P<way>ago|back|from\s+now)",
        rf"(?P<way>in)\s+{_count}\s+{_unit}",
        r"(?P<which>last|next)\s+(?P<unit>week|month|year)",
        rf"(?:the\s+){_day}(?:st|nd|rd|th)",
    )
)
_NEAR = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1, "tmrw": 1, "tomoz": 1}
_AHEAD = re.compile(
    r"\b(?:will|can you|could you|need it|needed|before|by|until|next|arriv(?:e|ing)|deliver(?!ed)|come|book|"
    r"going to|leave|leaving|away)\b",
    re.IGNORECASE,
)
_SHORT_WEEKDAYS = {"sun", "sat", "wed", "mon"}


def dates(text: str, today: date) -> Iterator[Found]:
    """Days named in the text, seen from `today`; of an open year or week the nearest fitting one is meant."""
    ahead = _AHEAD.search(text) is not None
    taken: list[Found] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            day = _resolve({k: v.lower() for k, v in match.groupdict().items() if v}, today, ahead)
            if day is None:
                continue
            found = Found("date", day.isoformat(), match.start(), match.end())
            if not any(found.overlaps(other) for other in taken):
                taken.append(found)
    yield from taken


def _resolve(parts: dict[str, str], today: date, ahead: bool) -> date | None:
    if "near" in parts:
        return today + timedelta(days=_near(parts["near"]))
    if "weekday" in parts:
        return _weekday_of(parts, today, ahead)
    if "count" in parts:
        span = timedelta(days=_count_of(parts["count"]) * _UNIT_DAYS[parts["unit"]])
        return today - span if parts["way"] in {"ago", "back"} else today + span
    if "unit" in parts:
        span = timedelta(days=_UNIT_DAYS[parts["unit"]])
        return today + span if parts["which"] == "next" else today - span
    return _calendar_day(parts, today)


def _near(words: str) -> int:
    if "before" in words:
        return -2
    return 2 if "after" in words else _NEAR[words]


def _count_of(words: str) -> int:
    if "couple" in words:
        return 2
    return int(words) if words.isdigit() else _COUNTS[words]


def _weekday_of(parts: dict[str, str], today: date, ahead: bool) -> date | None:
    which = parts.get("which")
    if parts["weekday"] in _SHORT_WEEKDAYS and which is None:
        return None  # 'sun' and 'sat' alone are words of their own
    away = _DAYS.index(parts["weekday"][:3]) - today.weekday()
    if which == "next" or (which not in {"last", "since"} and (ahead or which in {"by", "until", "till", "this"})):
        return today + timedelta(days=away % 7 or 7)
    return today + timedelta(days=(away % 7 or 7) - 7)


def _calendar_day(parts: dict[str, str], today: date) -> date | None:
    month = int(parts["month_number"]) if "month_number" in parts else None
    if "month" in parts:
        month = _MONTHS.index(parts["month"][:3]) + 1
    day = int(parts["day"])
    if "year" in parts:
        year = int(parts["year"])
        return _day_or_none(year + 2000 if year < 100 else year, month or today.month, day)
    if month is None:
        return _nearest(today, [_day_or_none(*_shifted(today, by), day) for by in (-1, 0, 1)])
    return _nearest(today, [_day_or_none(today.year + by, month, day) for by in (-1, 0, 1)])


def _shifted(today: date, months: int) -> tuple[int, int]:
    index = today.year * 12 + today.month - 1 + months
    return index // 12, index % 12 + 1


def _day_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest(today: date, days: list[date | None]) -> date | None:
    return min((day for day in days if day), key=lambda day: abs((day - today).days), default=None)
