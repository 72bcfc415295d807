"""Opening hours: 'Mon-Fri 08:00-20:00; Sat 09:00-17:00 Europe/London'."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.errors import InvalidInput

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EXAMPLE = "'Mon-Fri 08:00-20:00; Sat 09:00-17:00 Europe/London'"
_PART = re.compile(r"(?P<days>[A-Za-z,\- ]+?)\s+(?P<start>\d{1,2}:\d{2})\s*-\s*(?P<end>\d{1,2}:\d{2})")
_ZONE = re.compile(r"^(?P<hours>.*\d)\s+(?P<zone>[A-Za-z][\w+\-/]*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
    """Open on a weekday (0 is Monday) from minute to minute of that day; an end of 1440 is midnight."""

    weekday: int
    start: int
    end: int


class OpeningHours:
    """When people are at the desk. Times are wall-clock times of the zone, through changes of summer time."""

    def __init__(self, spans: tuple[Span, ...], zone: ZoneInfo) -> None:
        self._spans = tuple(sorted(spans, key=lambda span: (span.weekday, span.start)))
        self.zone = zone

    @classmethod
    def parse(cls, text: str) -> OpeningHours:
        """Read hours as written in the settings. Without a zone they are UTC; an end before its start goes past
        midnight. Raises `InvalidInput` `bad_opening_hours` naming the part that cannot be read."""
        matched = _ZONE.match(text.strip())
        hours, zone = (matched["hours"], matched["zone"]) if matched else (text.strip(), "UTC")
        spans: list[Span] = []
        for part in filter(None, (part.strip() for part in hours.split(";"))):
            spans += _spans(part)
        if not spans:
            raise _bad(f"'{text}' names no hours.")
        return cls(tuple(spans), _zone(zone))

    def is_open(self, at: datetime) -> bool:
        """Whether people are there at that moment."""
        here = at.astimezone(self.zone)
        minute = here.hour * 60 + here.minute
        return any(span.weekday == here.weekday() and span.start <= minute < span.end for span in self._spans)

    def next_opening(self, after: datetime) -> datetime:
        """The next moment at which people come in, in the zone of the hours."""
        here = after.astimezone(self.zone)
        for days in range(9):
            day = here.date() + timedelta(days=days)
            for span in self._spans:
                opening = self._moment(day, span.start)
                if span.weekday == day.weekday() and opening > after and not self._open_before(opening):
                    return opening
        return here  # open round the clock: there is no closing to wait for

    def _moment(self, day: date, minute: int) -> datetime:
        return datetime.combine(day, time(minute // 60, minute % 60), self.zone)

    def _open_before(self, opening: datetime) -> bool:
        """A span that continues yesterday's is no opening."""
        return self.is_open(opening - timedelta(minutes=1))


def _spans(part: str) -> list[Span]:
    found = _PART.fullmatch(part)
    if found is None:
        raise _bad(f"'{part}' cannot be read.")
    start, end = _minute(found["start"]), _minute(found["end"])
    if start == end:
        raise _bad(f"'{part}' opens and closes at the same time.")
    spans = []
    for day in _days(found["days"]):
        if start < end:
            spans.append(Span(day, start, end))
        else:
            spans += [Span(day, start, 1440), Span((day + 1) % 7, 0, end)]
    return [span for span in spans if span.start < span.end]


def _days(text: str) -> list[int]:
    days: list[int] = []
    for piece in (piece.strip() for piece in text.split(",")):
        first, dash, last = piece.partition("-")
        begin = _day(first)
        end = _day(last) if dash else begin
        days += [(begin + step) % 7 for step in range((end - begin) % 7 + 1)]
    return days


def _day(text: str) -> int:
    name = text.strip().lower()
    if len(name) < 3 or not any(full.startswith(name) for full in WEEK):
        raise _bad(f"'{text.strip()}' is no day; write Mon, Tue, Wed, Thu, Fri, Sat or Sun.")
    return next(number for number, full in enumerate(WEEK) if full.startswith(name))


def _minute(text: str) -> int:
    hour, minute = (int(part) for part in text.split(":"))
    if minute > 59 or hour * 60 + minute > 1440:
        raise _bad(f"'{text}' is no time of day.")
    return hour * 60 + minute


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise _bad(f"'{name}' is no time zone; write one such as Europe/London.") from None


def _bad(what: str) -> InvalidInput:
    return InvalidInput(f"Opening hours: {what} Write them like {EXAMPLE}.", code="bad_opening_hours")
