"""A clock that tests move."""

from datetime import UTC, datetime, timedelta


class MovableClock:
    """`Clock` that stands still until told otherwise."""

    def __init__(self, at: datetime | None = None) -> None:
        self.at = at or datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def forward(self, **delta: float) -> None:
        self.at += timedelta(**delta)
