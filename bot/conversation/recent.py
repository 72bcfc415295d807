"""The newest events of conversations, kept in memory by the process that committed them."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from bot.conversation.model import Event

CONVERSATIONS = 1_024
KEPT = 16
SECONDS = 5.0


class RecentEvents:
    """Answers who reads a conversation live without a look at the database: one message to five hundred watchers is
    read once. The log stays the truth: events come in after their commit, and what is not known here without a gap
    is read there.

    Only for a process that commits every event itself; one gateway among several would not hear of the others'.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._tails: OrderedDict[str, tuple[float, tuple[Event, ...]]] = OrderedDict()

    def add(self, conversation_id: str, events: Sequence[Event]) -> None:
        """Take in what one transaction has added to the log."""
        if not events:
            return
        before = self._tail(conversation_id)
        if before and before[-1].seq + 1 != events[0].seq:
            before = ()
        now = self._now()
        self._tails[conversation_id] = (now + SECONDS, (*before, *events)[-KEPT:])
        self._tails.move_to_end(conversation_id)
        while len(self._tails) > CONVERSATIONS or next(iter(self._tails.values()))[0] <= now:
            self._tails.popitem(last=False)

    def after(self, conversation_id: str, after: int, limit: int, private: bool) -> list[Event] | None:
        """Events with `seq` over `after`, in order, at most `limit`; None where only the log can tell."""
        tail = self._tail(conversation_id)
        if not tail or not tail[0].seq - 1 <= after < tail[-1].seq:
            return None
        return [event for event in tail if event.seq > after and (private or not event.private)][:limit]

    def _tail(self, conversation_id: str) -> tuple[Event, ...]:
        until, events = self._tails.get(conversation_id, (0.0, ()))
        return events if self._now() < until else ()
