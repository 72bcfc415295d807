"""The inbox of editors: customers' messages the bot was unsure of, could not answer, or handed over."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.conversation.ports import Clock
from bot.errors import Conflict, InvalidInput, NotFound
from bot.identity.accounts import Account
from bot.studio.intents import Intent, IntentFiles, as_example

UNSURE_BELOW = 0.6


class MarkStatus(StrEnum):
    """What became of a message."""

    LABELLED = "labelled"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Mark:
    """Who dealt with a message, when and how."""

    conversation_id: str
    seq: int
    status: MarkStatus
    intent: str | None
    by_id: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """A customer's message as the bot understood it. `why` lists what makes it worth a look: low_confidence,
    clarified, failed, offered_human, escalated, unanswered. `heard_at` is when the bot was done with it."""

    conversation_id: str
    seq: int
    text: str
    at: datetime
    heard_at: datetime
    intents: tuple[Mapping[str, object], ...]
    outcome: str
    model_id: str
    why: tuple[str, ...]
    mark: Mark | None = None

    @property
    def id(self) -> str:
        """How the inbox names it."""
        return f"{self.conversation_id}.{self.seq}"


class ReviewStore(Protocol):
    """Reads what the bot heard, keeps what editors did with it."""

    async def open(self, *, why: str | None, before: datetime | None, limit: int) -> list[Heard]:
        """Messages worth a look that nobody has dealt with, newest first, heard before then. At least `limit` if there
        are so many; messages that were answered together stay together."""
        ...

    async def done(self, status: MarkStatus, limit: int) -> list[Heard]:
        """Messages that were dealt with, newest deed first."""
        ...

    async def one(self, conversation_id: str, seq: int) -> Heard | None:
        """One message of a customer that the bot took up."""
        ...

    async def mark(self, mark: Mark) -> Mark:
        """Keep a mark unless there is one; the one that is there now."""
        ...

    async def unmark(self, conversation_id: str, seq: int) -> None:
        """Forget a mark."""
        ...

    async def recent_texts(self, limit: int) -> list[str]:
        """The newest different messages of customers to the bot, for comparing models on them."""
        ...


class Review:
    """What editors do with the inbox."""

    def __init__(self, store: ReviewStore, intents: IntentFiles, clock: Clock) -> None:
        self._store = store
        self._intents = intents
        self._clock = clock

    async def label(
        self, item_id: str, intent: str, by: Account, *, text: str | None = None, move: bool = False
    ) -> tuple[Heard, Intent]:
        """Make a message an example of an intent, in the editor's wording if given. `Conflict` `already_reviewed` with
        who did it, `example_elsewhere`; `NotFound`, `InvalidInput`."""
        heard = await self._heard(item_id)
        example = (text if text is not None else as_example(heard.text)).strip()
        await asyncio.to_thread(self._intents.get, intent)
        mark = await self._take(heard, MarkStatus.LABELLED, intent, by)
        try:
            changed = await asyncio.to_thread(self._intents.add, intent, example, move=move)
        except BaseException:
            await self._store.unmark(heard.conversation_id, heard.seq)
            raise
        return _marked(heard, mark), changed

    async def dismiss(self, item_id: str, by: Account) -> Heard:
        """Take a message out of the inbox without learning from it."""
        heard = await self._heard(item_id)
        return _marked(heard, await self._take(heard, MarkStatus.DISMISSED, None, by))

    async def reopen(self, item_id: str) -> Heard:
        """Put a message back into the inbox. What was learned from it stays in the intent's examples."""
        heard = await self._heard(item_id)
        await self._store.unmark(heard.conversation_id, heard.seq)
        return _marked(heard, None)

    async def _heard(self, item_id: str) -> Heard:
        conversation_id, _, seq = item_id.rpartition(".")
        found = await self._store.one(conversation_id, int(seq)) if seq.isdecimal() and len(seq) < 9 else None
        if found is None:
            raise NotFound("There is no such message in the inbox.", code="unknown_message")
        return found

    async def _take(self, heard: Heard, status: MarkStatus, intent: str | None, by: Account) -> Mark:
        mark = Mark(heard.conversation_id, heard.seq, status, intent, by.id, by.name, self._clock.now())
        kept = await self._store.mark(mark)
        if kept != mark:
            raise Conflict(
                f"{kept.by_name} has dealt with this message already.",
                code="already_reviewed",
                details={"status": kept.status.value, "intent": kept.intent, "by": {"id": kept.by_id}},
            )
        return mark


def why(outcome: str, intents: tuple[Mapping[str, object], ...], unanswered: bool) -> tuple[str, ...]:
    """What makes a message worth a look; nothing for one that was understood and answered."""
    sure = [float(str(item.get("confidence") or 0.0)) for item in intents]
    reasons = ["low_confidence"] if not sure or min(sure) < UNSURE_BELOW else []
    reasons += [outcome] if outcome in ("clarified", "failed", "offered_human", "escalated") else []
    return (*reasons, *(["unanswered"] if unanswered else []))


def check_why(value: str | None) -> str | None:
    """A filter of the inbox; `InvalidInput` for an unknown one."""
    known = ("low_confidence", "clarified", "failed", "offered_human", "escalated", "unanswered")
    if value and value not in known:
        raise InvalidInput(f"'why' is one of {', '.join(known)}.", code="bad_filter")
    return value or None


def _marked(heard: Heard, mark: Mark | None) -> Heard:
    return replace(heard, mark=mark)
