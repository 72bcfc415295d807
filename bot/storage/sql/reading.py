"""What a conversation script can read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Integer, bindparam, cast, func, literal_column, select, text, tuple_

from bot import fast_json
from bot.conversation.model import AuthorKind, Conversation, Customer, Draft, Event, JsonDict, Turn
from bot.conversation.store import TurnRecord, conversation_not_found_message
from bot.errors import NotFound
from bot.storage.driver import Driver, Row
from bot.storage.prepared import Prepared
from bot.storage.sql import rows
from bot.storage.tables import OPEN_TURN, conversations, customers, drafts, episodes, events, turn_records, turns

_ID: BindParameter[str] = bindparam("id")
_EVENT_COLUMNS = (events.c.conversation_id, events.c.seq, events.c.at, events.c.kind, events.c.data, events.c.private)

_ANY_CONVERSATION = select(*rows.CONVERSATION_COLUMNS, *rows.CUSTOMER_COLUMNS).join_from(conversations, customers)
_CONVERSATION = Prepared(_ANY_CONVERSATION.where(conversations.c.id == _ID))
_NEWEST = Prepared(
    _ANY_CONVERSATION.where(conversations.c.customer_id == _ID)
    .order_by(conversations.c.created_at.desc(), conversations.c.id.desc())
    .limit(1)
)
_CUSTOMER = Prepared(select(*rows.CUSTOMER_COLUMNS).where(customers.c.id == _ID))
_CUSTOMER_BY_EXTERNAL_ID = Prepared(
    select(*rows.CUSTOMER_COLUMNS).where(customers.c.external_id == bindparam("external_id"))
)
_ANY_EVENTS = (
    select(*_EVENT_COLUMNS)
    .where(events.c.conversation_id == _ID, events.c.seq > bindparam("after"))
    .order_by(events.c.seq)
    .limit(bindparam("limit"))
)
_EVENTS = Prepared(_ANY_EVENTS)
_PUBLIC_EVENTS = Prepared(_ANY_EVENTS.where(~events.c.private))
_ANY_MESSAGES = (
    select(*_EVENT_COLUMNS)
    .where(events.c.conversation_id == _ID, events.c.seq > bindparam("after"), events.c.kind == "message")
    .order_by(events.c.seq.desc())
    .limit(bindparam("limit"))
)
_MESSAGES = Prepared(_ANY_MESSAGES)
_MESSAGES_BY = Prepared(_ANY_MESSAGES.where(events.c.author == bindparam("author")))
_LAST_MESSAGE = Prepared(
    select(func.max(events.c.seq)).where(
        events.c.conversation_id == _ID,
        events.c.seq <= bindparam("up_to"),
        events.c.kind == "message",
        events.c.author != bindparam("author"),
    )
)
_BY_CLIENT_KEY = Prepared(
    select(*_EVENT_COLUMNS).where(events.c.conversation_id == _ID, events.c.client_key == bindparam("client_key"))
)
_TURN = Prepared(select(*rows.TURN_COLUMNS).where(turns.c.id == _ID))
_CONTEXT = Prepared(
    select(turn_records.c.tracker_events)
    .where(turn_records.c.conversation_id == _ID, turn_records.c.number > bindparam("after"))
    .order_by(turn_records.c.number)
)
_RECORDS = Prepared(
    select(*rows.RECORD_COLUMNS)
    .where(turn_records.c.conversation_id == _ID, turn_records.c.episode == bindparam("episode"))
    .order_by(turn_records.c.number)
)
_LAST_SIGNALS = Prepared(
    select(turn_records.c.signals)
    .where(turn_records.c.conversation_id == _ID)
    .order_by(turn_records.c.number.desc())
    .limit(1)
)
_SINCE = bindparam("since", type_=conversations.c.wait_started_at.type)
_AHEAD = Prepared(
    select(func.count()).where(
        # A literal, so that the partial index of the line is used.
        text("state = 'queued'"),
        conversations.c.id != _ID,
        tuple_(-conversations.c.priority_rank, conversations.c.wait_started_at, conversations.c.id)
        < tuple_(-cast(bindparam("rank"), Integer), _SINCE, _ID),
    )
)
_WAITS = Prepared(
    select(episodes.c.claimed_at, episodes.c.queued_at, episodes.c.queued_position)
    .where(episodes.c.claimed_at.is_not(None), episodes.c.queued_position > 0)
    .order_by(episodes.c.claimed_at.desc())
    .limit(bindparam("limit"))
)
_NEWEST_DRAFT = (
    select(drafts.c.text, drafts.c.staff_id, drafts.c.staff_name, drafts.c.updated_at)
    .where(drafts.c.conversation_id == _ID)
    .order_by(drafts.c.updated_at.desc())
    .limit(1)
)
_DRAFT = Prepared(_NEWEST_DRAFT)
_DRAFT_OF = Prepared(_NEWEST_DRAFT.where(drafts.c.staff_id == bindparam("staff_id")))
_OUTBOX = Prepared(select(func.count(), func.min(turns.c.created_at)).where(literal_column(f"({OPEN_TURN})")))
_SLOW = Prepared(
    select(*rows.TURN_COLUMNS)
    .where(
        literal_column(f"({OPEN_TURN})"),
        ~turns.c.told_slow,
        turns.c.created_at < bindparam("before", type_=turns.c.created_at.type),
    )
    .order_by(turns.c.created_at)
    .limit(bindparam("limit"))
)


class SqlReading:
    """`ReadTransaction` over a driver that is in a transaction."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def _all(self, statement: Prepared, **values: Any) -> list[Row]:
        return self._driver.all(statement, **values)

    def _first(self, statement: Prepared, **values: Any) -> Row | None:
        found = self._driver.all(statement, **values)
        return found[0] if found else None

    def _value(self, statement: Prepared, **values: Any) -> Any:
        row = self._first(statement, **values)
        return None if row is None else row[0]

    def conversation(self, conversation_id: str) -> Conversation:
        """See `ReadTransaction.conversation`."""
        row = self._first(_CONVERSATION, id=conversation_id)
        if row is None:
            raise NotFound(conversation_not_found_message(), code="conversation_not_found")
        return rows.to_conversation(row)

    def newest_conversation(self, customer_id: str) -> Conversation | None:
        """See `ReadTransaction.newest_conversation`."""
        row = self._first(_NEWEST, id=customer_id)
        return None if row is None else rows.to_conversation(row)

    def customer(self, customer_id: str) -> Customer | None:
        """See `ReadTransaction.customer`."""
        row = self._first(_CUSTOMER, id=customer_id)
        return None if row is None else Customer(*row)

    def customer_by_external_id(self, external_id: str) -> Customer | None:
        """See `ReadTransaction.customer_by_external_id`."""
        row = self._first(_CUSTOMER_BY_EXTERNAL_ID, external_id=external_id)
        return None if row is None else Customer(*row)

    def events(self, conversation_id: str, after: int, limit: int, private: bool) -> list[Event]:
        """See `ReadTransaction.events`."""
        statement = _EVENTS if private else _PUBLIC_EVENTS
        return [rows.to_event(row) for row in self._all(statement, id=conversation_id, after=after, limit=limit)]

    def messages(self, conversation_id: str, by: AuthorKind | None, after: int, limit: int) -> list[Event]:
        """See `ReadTransaction.messages`."""
        values: dict[str, Any] = {"id": conversation_id, "after": after, "limit": limit}
        found = self._all(_MESSAGES, **values) if by is None else self._all(_MESSAGES_BY, author=by.value, **values)
        return [rows.to_event(row) for row in found][::-1]

    def last_message_seq(self, conversation_id: str, up_to: int, not_by: AuthorKind) -> int:
        """See `ReadTransaction.last_message_seq`."""
        found = self._value(_LAST_MESSAGE, id=conversation_id, up_to=up_to, author=not_by.value)
        return int(found or 0)

    def event_by_client_key(self, conversation_id: str, client_key: str) -> Event | None:
        """See `ReadTransaction.event_by_client_key`."""
        row = self._first(_BY_CLIENT_KEY, id=conversation_id, client_key=client_key)
        return None if row is None else rows.to_event(row)

    def turn(self, turn_id: str) -> Turn | None:
        """See `ReadTransaction.turn`."""
        row = self._first(_TURN, id=turn_id)
        return None if row is None else rows.to_turn(row)

    def context(self, conversation_id: str, after_turn: int) -> Sequence[JsonDict]:
        """See `ReadTransaction.context`. It is passed on to a worker as it is stored."""
        found = self._all(_CONTEXT, id=conversation_id, after=after_turn)
        together = ",".join(stored[1:-1] for (stored,) in found if len(stored) > 2)
        return fast_json.StoredList(f"[{together}]")

    def turn_records(self, conversation_id: str, episode: int) -> list[TurnRecord]:
        """See `ReadTransaction.turn_records`."""
        found = self._all(_RECORDS, id=conversation_id, episode=episode)
        return [rows.to_turn_record(row) for row in found]

    def last_slots(self, conversation_id: str) -> JsonDict:
        """See `ReadTransaction.last_slots`."""
        signals = self._value(_LAST_SIGNALS, id=conversation_id)
        return dict((signals or {}).get("slots") or {})

    def waiting_ahead(self, conversation_id: str, rank: int, since: datetime) -> int:
        """See `ReadTransaction.waiting_ahead`."""
        return int(self._value(_AHEAD, id=conversation_id, rank=rank, since=since))

    def recent_waits(self, limit: int) -> list[tuple[float, int]]:
        """See `ReadTransaction.recent_waits`."""
        found = self._all(_WAITS, limit=limit)
        return [((claimed - queued).total_seconds(), position) for claimed, queued, position in found]

    def draft(self, conversation_id: str, staff_id: str | None) -> Draft | None:
        """See `ReadTransaction.draft`."""
        if staff_id is None:
            row = self._first(_DRAFT, id=conversation_id)
        else:
            row = self._first(_DRAFT_OF, id=conversation_id, staff_id=staff_id)
        return None if row is None else Draft(*row)

    def slow_turns(self, created_before: datetime, limit: int) -> list[Turn]:
        """See `ReadTransaction.slow_turns`."""
        return [rows.to_turn(row) for row in self._all(_SLOW, before=created_before, limit=limit)]

    def outbox(self) -> tuple[int, datetime | None]:
        """See `ReadTransaction.outbox`."""
        waiting, oldest = self._all(_OUTBOX)[0]
        return int(waiting), oldest
