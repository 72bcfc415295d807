"""What a conversation script can write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    and_,
    bindparam,
    case,
    delete,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from bot import fast_json
from bot.conversation.model import Conversation, Customer, Draft, Episode, Turn, TurnStatus
from bot.conversation.store import NewEvent, TurnRecord, conversation_not_found_message
from bot.errors import NotFound
from bot.storage.driver import Driver
from bot.storage.prepared import Prepared
from bot.storage.sql import rows
from bot.storage.sql.reading import SqlReading
from bot.storage.tables import OPEN_TURN, conversations, customers, drafts, episodes, events, turn_records, turns

_HOLD = Prepared(
    select(*rows.CONVERSATION_COLUMNS, *rows.CUSTOMER_COLUMNS, *rows.EPISODE_COLUMNS)
    .select_from(conversations)
    .join(customers, customers.c.id == conversations.c.customer_id)
    .join(
        episodes,
        and_(episodes.c.conversation_id == conversations.c.id, episodes.c.number == conversations.c.episode),
    )
    .where(conversations.c.id == bindparam("id"))
)
# The lock comes first and alone: a join that waited for it would show the other tables as they were before.
_LOCK = Prepared(select(conversations.c.id).where(conversations.c.id == bindparam("id")).with_for_update())
_LOCK_CUSTOMER = Prepared(select(*rows.CUSTOMER_COLUMNS).where(customers.c.id == bindparam("id")).with_for_update())
_EPISODE_AT = len(rows.CONVERSATION_FIELDS) + len(rows.CUSTOMER_FIELDS)

_CONVERSATIONS = rows.Updates(conversations, "id")
_EPISODES = rows.Updates(episodes, "conversation_id", "number")
_CUSTOMERS = rows.Updates(customers, "id")

_DUE = Prepared(
    select(*rows.TURN_COLUMNS)
    .where(
        literal_column(f"({OPEN_TURN})"),
        or_(
            and_(
                turns.c.status == TurnStatus.PENDING.value,
                turns.c.not_before <= bindparam("now", type_=turns.c.not_before.type),
            ),
            and_(
                turns.c.status == TurnStatus.RUNNING.value,
                turns.c.lease_until < bindparam("now", type_=turns.c.not_before.type),
            ),
        ),
    )
    .order_by(turns.c.created_at, turns.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_TAKE = Prepared(
    update(turns)
    .where(turns.c.id == bindparam("key_id"))
    .values(
        failures=turns.c.failures
        + case((turns.c.status == TurnStatus.RUNNING.value, literal_column("1")), else_=literal_column("0")),
        status=TurnStatus.RUNNING.value,
        lease=bindparam("lease"),
        lease_until=bindparam("until", type_=turns.c.lease_until.type),
    )
)
_LEASED = and_(
    turns.c.id == bindparam("key_id"),
    turns.c.lease == bindparam("key_lease"),
    turns.c.status == TurnStatus.RUNNING.value,
)
_RENEW = Prepared(
    update(turns)
    .where(literal_column(f"({OPEN_TURN})"), turns.c.lease == bindparam("key_lease"))
    .values(lease_until=bindparam("until", type_=turns.c.lease_until.type))
)
_END = Prepared(
    update(turns).where(_LEASED).values(status=bindparam("ended"), covers_to=bindparam("covers"), lease_until=None)
)
_PUT_BACK = Prepared(
    update(turns)
    .where(_LEASED)
    .values(
        status=TurnStatus.PENDING.value,
        not_before=bindparam("later", type_=turns.c.not_before.type),
        failures=bindparam("failed"),
        lease=None,
        lease_until=None,
    )
)
_DROP = Prepared(
    update(turns)
    .where(turns.c.conversation_id == bindparam("key_conversation"), literal_column(f"({OPEN_TURN})"))
    .values(status=TurnStatus.DROPPED.value, lease_until=None)
    .returning(turns.c.id)
)
_TOLD = Prepared(
    update(turns)
    .where(turns.c.id == bindparam("key_id"), ~turns.c.told_slow, literal_column(f"({OPEN_TURN})"))
    .values(told_slow=True)
)
_FORGET_DRAFT = Prepared(
    delete(drafts).where(drafts.c.conversation_id == bindparam("conversation"), drafts.c.staff_id == bindparam("staff"))
)
_ADD_CUSTOMER = Prepared(insert(customers))
_ADD_CONVERSATION = Prepared(insert(conversations))
_ADD_EPISODE = Prepared(insert(episodes))
_ADD_EVENT = Prepared(insert(events))
_ADD_DRAFT = Prepared(insert(drafts))
_ADD_TURN = Prepared(insert(turns))
_ADD_RECORD = Prepared(insert(turn_records))


class SqlWriting(SqlReading):
    """`WriteTransaction` over a driver that is in a transaction."""

    def __init__(self, driver: Driver) -> None:
        super().__init__(driver)
        self._locks = driver.dialect.name == "postgresql"

    def _write(self, statement: Prepared, **values: Any) -> None:
        self._driver.write(statement, (values,))

    def hold(self, conversation_id: str) -> tuple[Conversation, Episode]:
        """See `WriteTransaction.hold`."""
        if self._locks:
            self._write(_LOCK, id=conversation_id)
        row = self._first(_HOLD, id=conversation_id)
        if row is None:
            raise NotFound(conversation_not_found_message(), code="conversation_not_found")
        return rows.to_conversation(row), rows.to_episode(row[_EPISODE_AT:])

    def customer(self, customer_id: str) -> Customer | None:
        """The customer, held, so that one who opens twice at once gets one conversation."""
        row = self._first(_LOCK_CUSTOMER, id=customer_id)
        return None if row is None else Customer(*row)

    def add_customer(self, customer: Customer) -> None:
        """See `WriteTransaction.add_customer`."""
        self._write(_ADD_CUSTOMER, **{name: getattr(customer, name) for name in rows.CUSTOMER_FIELDS})

    def save_customer(self, customer: Customer) -> None:
        """See `WriteTransaction.save_customer`."""
        row = {name: getattr(customer, name) for name in rows.CUSTOMER_FIELDS if name != "id"}
        self._write(_CUSTOMERS.of(row), key_id=customer.id, **row)

    def add_conversation(self, conversation: Conversation, episode: Episode) -> None:
        """See `WriteTransaction.add_conversation`."""
        self._write(_ADD_CONVERSATION, **rows.conversation_row(conversation))
        self.add_episode(episode)

    def save(self, before: Conversation, after: Conversation) -> None:
        """See `WriteTransaction.save`."""
        row = rows.changed(before, after, rows.CONVERSATION_FIELDS)
        if row:
            self._write(_CONVERSATIONS.of(row), key_id=after.id, **row)

    def add_episode(self, episode: Episode) -> None:
        """See `WriteTransaction.add_episode`."""
        self._write(_ADD_EPISODE, **rows.episode_row(episode))

    def save_episode(self, before: Episode, after: Episode) -> None:
        """See `WriteTransaction.save_episode`."""
        row = rows.changed(before, after, rows.EPISODE_FIELDS)
        if row:
            keys = {"key_conversation_id": after.conversation_id, "key_number": after.number}
            self._write(_EPISODES.of(row), **keys, **row)

    def append(self, events: Sequence[NewEvent]) -> None:
        """See `WriteTransaction.append`."""
        self._driver.write(_ADD_EVENT, [_event_row(new) for new in events])

    def add_turn(self, turn: Turn) -> None:
        """See `WriteTransaction.add_turn`."""
        self._write(_ADD_TURN, **rows.turn_row(turn))

    def take_turns(self, lease: str, now: datetime, until: datetime, limit: int) -> list[Turn]:
        """See `WriteTransaction.take_turns`."""
        due = [rows.to_turn(row) for row in self._all(_DUE, now=now, limit=limit)]
        if due:
            self._driver.write(_TAKE, [{"key_id": turn.id, "lease": lease, "until": until} for turn in due])
        return [_leased(turn, lease, until) for turn in due]

    def renew_leases(self, leases: Sequence[str], until: datetime) -> None:
        """See `WriteTransaction.renew_leases`."""
        self._driver.write(_RENEW, [{"key_lease": lease, "until": until} for lease in leases])

    def end_turn(self, turn_id: str, lease: str, status: TurnStatus, covers_to: int) -> bool:
        """See `WriteTransaction.end_turn`."""
        return bool(self._driver.count(_END, key_id=turn_id, key_lease=lease, ended=status.value, covers=covers_to))

    def put_back_turn(self, turn_id: str, lease: str, not_before: datetime, failures: int) -> bool:
        """See `WriteTransaction.put_back_turn`."""
        return bool(self._driver.count(_PUT_BACK, key_id=turn_id, key_lease=lease, later=not_before, failed=failures))

    def drop_open_turn(self, conversation_id: str) -> str | None:
        """See `WriteTransaction.drop_open_turn`."""
        dropped: str | None = self._value(_DROP, key_conversation=conversation_id)
        return dropped

    def mark_told_slow(self, turn_id: str) -> bool:
        """See `WriteTransaction.mark_told_slow`."""
        return bool(self._driver.count(_TOLD, key_id=turn_id))

    def add_turn_record(self, record: TurnRecord) -> None:
        """See `WriteTransaction.add_turn_record`."""
        row = {name: getattr(record, name) for name in rows.RECORD_FIELDS}
        stored = fast_json.dumps(list(record.tracker_events)).decode()
        self._write(_ADD_RECORD, **{**row, "covers": list(record.covers), "tracker_events": stored})

    def put_draft(self, conversation_id: str, draft: Draft) -> None:
        """See `WriteTransaction.put_draft`."""
        self.delete_draft(conversation_id, draft.staff_id)
        row = {name: getattr(draft, name) for name in ("text", "staff_id", "staff_name", "updated_at")}
        self._write(_ADD_DRAFT, conversation_id=conversation_id, **row)

    def delete_draft(self, conversation_id: str, staff_id: str) -> None:
        """See `WriteTransaction.delete_draft`."""
        self._write(_FORGET_DRAFT, conversation=conversation_id, staff=staff_id)


def _event_row(new: NewEvent) -> dict[str, Any]:
    event = new.event
    author = event.data["author"].get("kind") if event.kind == "message" else None
    return {
        "conversation_id": event.conversation_id,
        "seq": event.seq,
        "at": event.at,
        "kind": event.kind,
        "author": author,
        "private": event.private,
        "client_key": new.client_key,
        "data": dict(event.data),
    }


def _leased(turn: Turn, lease: str, until: datetime) -> Turn:
    failures = turn.failures + (turn.status is TurnStatus.RUNNING)
    return replace(turn, status=TurnStatus.RUNNING, lease=lease, lease_until=until, failures=failures)
