"""What insight counts: runs of conversations, from opening or reopening to closing, each with its figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.errors import InvalidInput

DEFAULT_DAYS = 7
LONGEST_DAYS = 400


@dataclass(frozen=True, slots=True)
class Run:
    """One run in which the customer wrote. Times are UTC; what has not happened is None."""

    conversation_id: str
    number: int
    customer_id: str
    channel: str
    opened_at: datetime
    first_customer_at: datetime
    last_at: datetime
    customer_messages: int = 0
    bot_replies: int = 0
    turns_failed: int = 0
    answered: int = 0
    clarified: int = 0
    offered_human: int = 0
    first_bot_reply_at: datetime | None = None
    escalated_at: datetime | None = None
    reason: str | None = None
    queued_at: datetime | None = None
    claimed_at: datetime | None = None
    first_agent_reply_at: datetime | None = None
    agent_id: str | None = None
    agent_name: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    outcome: str | None = None
    csat: int | None = None
    nps: int | None = None
    ces: int | None = None
    abandoned: bool = False

    @property
    def day(self) -> date:
        """The day (UTC) it counts for: that of the customer's first message."""
        return self.first_customer_at.date()


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included, in UTC."""

    first: date
    last: date

    @classmethod
    def of(cls, first: date | None, last: date | None, today: date) -> Period:
        """The asked-for days; the last seven without any. `InvalidInput` `bad_period`."""
        last = last or (max(first, today) if first else today)
        first = first or last - timedelta(days=DEFAULT_DAYS - 1)
        if first > last:
            raise InvalidInput("The first day comes after the last one. Swap them.", code="bad_period")
        if (last - first).days >= LONGEST_DAYS:
            raise InvalidInput(f"Choose at most {LONGEST_DAYS} days at once.", code="bad_period")
        return cls(first, last)

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.first + timedelta(days=step) for step in range((self.last - self.first).days + 1)]


class Runs(Protocol):
    """Reads runs; changes nothing."""

    async def begun(self, first: date, last: date) -> list[Run]:
        """Runs whose first customer's message came on those days (both included, UTC), oldest first."""
        ...

    async def returns(self, first: date, last: date) -> dict[str, list[datetime]]:
        """For each customer the times of the first message of every run begun on those days."""
        ...
