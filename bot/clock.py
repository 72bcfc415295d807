"""The real clock."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """`Clock` of the machine."""

    def now(self) -> datetime:
        """The present, aware, UTC."""
        return datetime.now(UTC)
