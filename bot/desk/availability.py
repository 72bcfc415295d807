"""Whether people can take a conversation now: opening hours and somebody online."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.conversation.ports import Clock
from bot.desk.hours import OpeningHours
from bot.desk.presence import STALE_AFTER, Presence


class DeskAvailability:
    """`bot.conversation.ports.Availability` from presence and opening hours (None: always open)."""

    def __init__(self, presence: Presence, hours: OpeningHours | None, clock: Clock) -> None:
        self._presence = presence
        self._hours = hours
        self._clock = clock

    async def anyone_for(self, team: str | None) -> bool:
        """See `Availability.anyone_for`. A team is a wish: when only people of other teams are online, one of them is
        still better for the customer than nobody, so they count."""
        return self.open_now() and await self.anyone_heard(STALE_AFTER)

    async def anyone_heard(self, within: timedelta) -> bool:
        """Whether somebody online was heard of within that time."""
        return bool(await self._presence.online(heard_within=within))

    def open_now(self) -> bool:
        """Whether it is within opening hours."""
        return self._hours is None or self._hours.is_open(self._clock.now())

    def next_opening(self, after: datetime) -> datetime | None:
        """See `Availability.next_opening`."""
        return self._hours.next_opening(after) if self._hours else None
