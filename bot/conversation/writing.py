"""What every part of the conversation service stands on: scripts over one conversation, news after commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from bot.conversation.floor import Staffing
from bot.conversation.ledger import Ledger
from bot.conversation.model import Lease, TakenTurn
from bot.conversation.ports import AgentPresence, Availability, Clock, Signals, TurnTaker, Words
from bot.conversation.recent import RecentEvents
from bot.conversation.store import ConversationStore, WriteTransaction
from bot.errors import InvalidInput

T = TypeVar("T")

TEXT_LIMIT = 4000
REOPEN_WINDOW = timedelta(minutes=30)


class ConversationWriting:
    """Base of the service's parts: holds its ports, runs its scripts."""

    def __init__(
        self,
        store: ConversationStore,
        signals: Signals,
        availability: Availability,
        words: Words,
        clock: Clock,
        *,
        presence: AgentPresence | None = None,
        reopen_window: timedelta = REOPEN_WINDOW,
        recent: RecentEvents | None = None,
    ) -> None:
        self._store = store
        self._signals = signals
        self._availability = availability
        self._words = words
        self._clock = clock
        self._presence = presence
        self._reopen_window = reopen_window
        self._recent = recent
        self._taker: TurnTaker | None = None
        self._at_work: set[asyncio.Task[Any]] = set()

    async def _on(self, conversation_id: str, script: Callable[[Ledger], T], *, first: bool = False) -> T:
        """Run a script on one conversation in one transaction, then tell the listeners."""
        return await self._to_the_end(self._run(conversation_id, script, first=first))

    async def _on_first(self, conversation_id: str, script: Callable[[Ledger], T]) -> T:
        """As `_on`, before everything else that waits: an agent's work is not held up by customers' traffic."""
        return await self._on(conversation_id, script, first=True)

    async def _to_the_end(self, work: Coroutine[Any, Any, T]) -> T:
        # Whoever asked may go away, a closed socket for one: what is committed is told and taken up all the same.
        task = asyncio.create_task(work)
        self._at_work.add(task)
        task.add_done_callback(self._worked)
        return await asyncio.shield(task)

    def _worked(self, task: asyncio.Task[Any]) -> None:
        self._at_work.discard(task)
        if not task.cancelled():
            task.exception()  # whoever still waits gets it; if nobody does, it is nobody's

    async def _run(
        self,
        conversation_id: str,
        script: Callable[[Ledger], T],
        place: ReservedPlace | None = None,
        *,
        first: bool = False,
    ) -> T:
        def run(transaction: WriteTransaction) -> tuple[T, Ledger]:
            lease = place.lease if place else None
            ledger = Ledger.open(transaction, conversation_id, self._clock.now(), lease)
            result = script(ledger)
            ledger.close()
            return result, ledger

        result, ledger = await self._store.write(run, first=first)
        if place is not None and ledger.taken is not None:
            place.take(ledger.taken)
        if self._recent is not None:
            self._recent.add(conversation_id, ledger.written)
        await self._tell(ledger.topics)
        return result

    @contextmanager
    def _place_for_a_turn(self) -> Iterator[ReservedPlace | None]:
        """A place with this process's dispatcher for the turn that a message may owe; given back if it owes none."""
        taker = self._taker
        lease = taker.reserve() if taker is not None else None
        if taker is None or lease is None:
            yield None
            return
        reserved = ReservedPlace(taker, lease)
        try:
            yield reserved
        finally:
            if not reserved.used:
                taker.release()

    async def _tell(self, topics: Iterable[str]) -> None:
        for topic in topics:
            await self._signals.publish(topic)

    async def _staffing(self, team: str | None = None) -> Staffing:
        available = await self._availability.anyone_for(team)
        return Staffing(available, None if available else self._availability.next_opening(self._clock.now()))


class ReservedPlace:
    """A place to compute a turn, used at most once."""

    def __init__(self, taker: TurnTaker, lease: Lease) -> None:
        self.lease = lease
        self.used = False
        self._taker = taker

    def take(self, taken: TakenTurn) -> None:
        """Begin to compute."""
        self.used = True
        self._taker.accept(taken)


def clean_text(text: str) -> str:
    """Text fit to be stored: `InvalidInput` `empty_text` or `text_too_long`; NUL and half characters are taken out."""
    if not isinstance(text, str):
        raise InvalidInput("A message needs a text.", code="empty_text")
    storable = text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
    if not storable.strip():
        raise InvalidInput("The message is empty. Write something first.", code="empty_text")
    if len(storable) > TEXT_LIMIT:
        raise InvalidInput(
            f"The message is longer than {TEXT_LIMIT:,} characters. Send it in parts.",
            code="text_too_long",
            details={"limit": TEXT_LIMIT, "length": len(storable)},
        )
    return storable


def check_client_id(client_message_id: str) -> str:
    """The sender's own id for a message; `InvalidInput` `bad_client_message_id` unless it is 1 to 100 plain
    characters."""
    good = isinstance(client_message_id, str) and 0 < len(client_message_id) <= 100
    if not (good and client_message_id.isascii() and client_message_id.isprintable()):
        raise InvalidInput("A message needs an id of its own, best a UUID.", code="bad_client_message_id")
    return client_message_id
