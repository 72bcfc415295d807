"""Conversations in memory: for tests and for showing what the store promises in the fewest words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from bot.conversation.model import (
    AuthorKind,
    Conversation,
    Customer,
    Draft,
    Episode,
    Event,
    JsonDict,
    State,
    Turn,
    TurnStatus,
)
from bot.conversation.store import (
    NewEvent,
    ReadTransaction,
    TurnRecord,
    WriteTransaction,
    conversation_not_found_message,
)
from bot.errors import NotFound

T = TypeVar("T")
_OPEN = (TurnStatus.PENDING, TurnStatus.RUNNING)


class _Rows:
    def __init__(self) -> None:
        self.customers: dict[str, Customer] = {}
        self.conversations: dict[str, Conversation] = {}
        self.episodes: dict[tuple[str, int], Episode] = {}
        self.events: dict[tuple[str, int], Event] = {}
        self.client_keys: dict[tuple[str, str], int] = {}
        self.turns: dict[str, Turn] = {}
        self.records: dict[str, TurnRecord] = {}
        self.drafts: dict[tuple[str, str], Draft] = {}


class MemoryConversationStore:
    """`ConversationStore` in dictionaries. A script that fails is undone step by step."""

    def __init__(self) -> None:
        self._rows = _Rows()

    async def read(self, script: Callable[[ReadTransaction], T]) -> T:
        """Run a script that only reads."""
        await asyncio.sleep(0)
        return script(_MemoryTransaction(self._rows))

    async def write(self, script: Callable[[WriteTransaction], T], *, first: bool = False) -> T:
        """Run a script; scripts cannot await, so each runs alone."""
        await asyncio.sleep(0)
        transaction = _MemoryTransaction(self._rows)
        try:
            return script(transaction)
        except BaseException:
            transaction.undo()
            raise


class _MemoryTransaction:
    def __init__(self, rows: _Rows) -> None:
        self._rows = rows
        self._undo: list[Callable[[], None]] = []

    def undo(self) -> None:
        for step in reversed(self._undo):
            step()

    def _put(self, table: dict[Any, Any], key: Any, row: Any) -> None:
        if key in table:
            before = table[key]
            self._undo.append(lambda: table.__setitem__(key, before))
        else:
            self._undo.append(lambda: table.pop(key, None))
        table[key] = row

    def _add(self, table: dict[Any, Any], key: Any, row: Any) -> None:
        if key in table:
            raise ValueError(f"There is already a row {key!r}.")
        self._put(table, key, row)

    # Reading

    def conversation(self, conversation_id: str) -> Conversation:
        found = self._rows.conversations.get(conversation_id)
        if found is None:
            raise NotFound(conversation_not_found_message(), code="conversation_not_found")
        return replace(found, customer=self._rows.customers[found.customer.id])

    def newest_conversation(self, customer_id: str) -> Conversation | None:
        own = [row for row in self._rows.conversations.values() if row.customer.id == customer_id]
        return self.conversation(max(own, key=lambda row: (row.created_at, row.id)).id) if own else None

    def customer(self, customer_id: str) -> Customer | None:
        return self._rows.customers.get(customer_id)

    def customer_by_external_id(self, external_id: str) -> Customer | None:
        return next((row for row in self._rows.customers.values() if row.external_id == external_id), None)

    def _log(self, conversation_id: str, after: int) -> list[Event]:
        found = self._rows.conversations.get(conversation_id)
        last = found.last_seq if found else 0
        numbers = range(after + 1, last + 1)
        return [self._rows.events[conversation_id, n] for n in numbers if (conversation_id, n) in self._rows.events]

    def events(self, conversation_id: str, after: int, limit: int, private: bool) -> list[Event]:
        seen = [event for event in self._log(conversation_id, max(after, 0)) if private or not event.private]
        return seen[:limit]

    def messages(self, conversation_id: str, by: AuthorKind | None, after: int, limit: int) -> list[Event]:
        found = [
            event
            for event in self._log(conversation_id, after)
            if event.kind == "message" and (by is None or event.data["author"]["kind"] == by.value)
        ]
        return found[-limit:]

    def last_message_seq(self, conversation_id: str, up_to: int, not_by: AuthorKind) -> int:
        found = self.messages(conversation_id, None, 0, 1_000_000)
        others = [e.seq for e in found if e.seq <= up_to and e.data["author"]["kind"] != not_by.value]
        return max(others, default=0)

    def event_by_client_key(self, conversation_id: str, client_key: str) -> Event | None:
        seq = self._rows.client_keys.get((conversation_id, client_key))
        return None if seq is None else self._rows.events[conversation_id, seq]

    def turn(self, turn_id: str) -> Turn | None:
        return self._rows.turns.get(turn_id)

    def _records(self, conversation_id: str) -> list[TurnRecord]:
        own = [row for row in self._rows.records.values() if row.conversation_id == conversation_id]
        return sorted(own, key=lambda row: row.number)

    def context(self, conversation_id: str, after_turn: int) -> Sequence[JsonDict]:
        later = [row for row in self._records(conversation_id) if row.number > after_turn]
        return [event for row in later for event in row.tracker_events]

    def turn_records(self, conversation_id: str, episode: int) -> list[TurnRecord]:
        return [replace(row, tracker_events=()) for row in self._records(conversation_id) if row.episode == episode]

    def last_slots(self, conversation_id: str) -> JsonDict:
        records = self._records(conversation_id)
        return dict(records[-1].signals.get("slots") or {}) if records else {}

    def waiting_ahead(self, conversation_id: str, rank: int, since: datetime) -> int:
        return sum(
            (-row.priority.rank, row.wait_started_at, row.id) < (-rank, since, conversation_id)
            for row in self._rows.conversations.values()
            if row.state is State.QUEUED and row.id != conversation_id and row.wait_started_at is not None
        )

    def recent_waits(self, limit: int) -> list[tuple[float, int]]:
        waits = [
            (row.claimed_at, (row.claimed_at - row.queued_at).total_seconds(), row.queued_position)
            for row in self._rows.episodes.values()
            if row.claimed_at and row.queued_at and row.queued_position
        ]
        newest = sorted(waits, reverse=True)[:limit]
        return [(seconds, position) for _, seconds, position in newest]

    def draft(self, conversation_id: str, staff_id: str | None) -> Draft | None:
        found = [
            row
            for (conversation, staff), row in self._rows.drafts.items()
            if conversation == conversation_id and staff_id in (None, staff)
        ]
        return max(found, key=lambda row: row.updated_at, default=None)

    def outbox(self) -> tuple[int, datetime | None]:
        began = [row.created_at for row in self._rows.turns.values() if row.status in _OPEN]
        return len(began), min(began, default=None)

    def slow_turns(self, created_before: datetime, limit: int) -> list[Turn]:
        slow = [
            row
            for row in self._rows.turns.values()
            if row.status in _OPEN and not row.told_slow and row.created_at < created_before
        ]
        return sorted(slow, key=lambda row: row.created_at)[:limit]

    # Writing

    def hold(self, conversation_id: str) -> tuple[Conversation, Episode]:
        conversation = self.conversation(conversation_id)
        return conversation, self._rows.episodes[conversation_id, conversation.episode]

    def add_customer(self, customer: Customer) -> None:
        self._add(self._rows.customers, customer.id, customer)

    def save_customer(self, customer: Customer) -> None:
        self._put(self._rows.customers, customer.id, customer)

    def add_conversation(self, conversation: Conversation, episode: Episode) -> None:
        self._add(self._rows.conversations, conversation.id, conversation)
        self.add_episode(episode)

    def save(self, before: Conversation, after: Conversation) -> None:
        self._put(self._rows.conversations, after.id, after)

    def add_episode(self, episode: Episode) -> None:
        self._add(self._rows.episodes, (episode.conversation_id, episode.number), episode)

    def save_episode(self, before: Episode, after: Episode) -> None:
        self._put(self._rows.episodes, (after.conversation_id, after.number), after)

    def append(self, events: Sequence[NewEvent]) -> None:
        for new in events:
            place = (new.event.conversation_id, new.event.seq)
            self._add(self._rows.events, place, new.event)
            if new.client_key is not None:
                self._add(self._rows.client_keys, (new.event.conversation_id, new.client_key), new.event.seq)

    def _open_turn(self, conversation_id: str) -> Turn | None:
        own = (row for row in self._rows.turns.values() if row.conversation_id == conversation_id)
        return next((row for row in own if row.status in _OPEN), None)

    def add_turn(self, turn: Turn) -> None:
        if self._open_turn(turn.conversation_id):
            raise ValueError("This conversation already has an open turn.")
        self._add(self._rows.turns, turn.id, turn)

    def take_turns(self, lease: str, now: datetime, until: datetime, limit: int) -> list[Turn]:
        due = [row for row in self._rows.turns.values() if _is_due(row, now)]
        taken = []
        for row in sorted(due, key=lambda row: (row.created_at, row.id))[:limit]:
            failures = row.failures + (row.status is TurnStatus.RUNNING)
            leased = replace(row, status=TurnStatus.RUNNING, lease=lease, lease_until=until, failures=failures)
            self._put(self._rows.turns, row.id, leased)
            taken.append(leased)
        return taken

    def renew_leases(self, leases: Sequence[str], until: datetime) -> None:
        for row in list(self._rows.turns.values()):
            if row.status is TurnStatus.RUNNING and row.lease in leases:
                self._put(self._rows.turns, row.id, replace(row, lease_until=until))

    def _leased(self, turn_id: str, lease: str) -> Turn | None:
        row = self._rows.turns.get(turn_id)
        return row if row and row.status is TurnStatus.RUNNING and row.lease == lease else None

    def end_turn(self, turn_id: str, lease: str, status: TurnStatus, covers_to: int) -> bool:
        row = self._leased(turn_id, lease)
        if row:
            self._put(self._rows.turns, turn_id, replace(row, status=status, covers_to=covers_to, lease_until=None))
        return row is not None

    def put_back_turn(self, turn_id: str, lease: str, not_before: datetime, failures: int) -> bool:
        row = self._leased(turn_id, lease)
        if row:
            pending = replace(row, status=TurnStatus.PENDING, not_before=not_before, failures=failures)
            self._put(self._rows.turns, turn_id, replace(pending, lease=None, lease_until=None))
        return row is not None

    def drop_open_turn(self, conversation_id: str) -> str | None:
        row = self._open_turn(conversation_id)
        if row is None:
            return None
        self._put(self._rows.turns, row.id, replace(row, status=TurnStatus.DROPPED, lease_until=None))
        return row.id

    def mark_told_slow(self, turn_id: str) -> bool:
        row = self._rows.turns[turn_id]
        if row.told_slow or row.status not in _OPEN:
            return False
        self._put(self._rows.turns, turn_id, replace(row, told_slow=True))
        return True

    def add_turn_record(self, record: TurnRecord) -> None:
        self._add(self._rows.records, record.turn_id, record)

    def put_draft(self, conversation_id: str, draft: Draft) -> None:
        self._put(self._rows.drafts, (conversation_id, draft.staff_id), draft)

    def delete_draft(self, conversation_id: str, staff_id: str) -> None:
        if self._rows.drafts.get((conversation_id, staff_id)):
            before = self._rows.drafts.pop((conversation_id, staff_id))
            self._undo.append(lambda: self._rows.drafts.__setitem__((conversation_id, staff_id), before))


def _is_due(turn: Turn, now: datetime) -> bool:
    if turn.status is TurnStatus.PENDING:
        return turn.not_before <= now
    return turn.status is TurnStatus.RUNNING and turn.lease_until is not None and turn.lease_until < now
