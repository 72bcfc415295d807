"""Whether new customers can be taken on, or the bot has fallen too far behind those who are there."""

from __future__ import annotations

import random
from collections.abc import Callable

from bot.errors import Unavailable

SOONEST, LATEST = 5.0, 60.0

Owed = Callable[[], tuple[int, float]]


class Intake:
    """Refuses new sessions while `most_turns` answers or more are owed, or while the oldest of them has been owed for
    `most_seconds` and more are owed than `places` can be computed at once: then it is the line that is long, not one
    turn that is stuck. Whoever has a session goes on as before. `owed` gives how many and how old (seconds), and
    `put_off` is told of each refusal."""

    def __init__(
        self,
        owed: Owed,
        *,
        most_turns: int,
        most_seconds: float,
        places: int,
        put_off: Callable[[], None] = lambda: None,
    ) -> None:
        self._owed = owed
        self._most_turns = most_turns
        self._most_seconds = most_seconds
        self._places = places
        self._put_off = put_off

    def check(self) -> None:
        """Pass, or raise `Unavailable` `too_busy` with a `retry_after` that differs from caller to caller, so that they
        do not all come back at once."""
        turns, oldest = self._owed()
        if turns < self._most_turns and (oldest < self._most_seconds or turns <= self._places):
            return
        self._put_off()
        wait = min(max(oldest, SOONEST), LATEST)
        raise Unavailable(
            "We are answering many chats right now. Please try again in a moment.",
            retry_after=round(wait * random.uniform(1, 2), 1),
            code="too_busy",
        )
