"""Between rows and the core's values."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Table, bindparam, update

from bot.conversation.model import Conversation, Customer, Episode, Event, Priority, Reason, State, Turn, TurnStatus
from bot.conversation.store import TurnRecord
from bot.storage.prepared import Prepared
from bot.storage.tables import conversations, customers, episodes, turn_records, turns

CUSTOMER_FIELDS = tuple(field.name for field in dataclasses.fields(Customer))
CONVERSATION_FIELDS = tuple(field.name for field in dataclasses.fields(Conversation) if field.name != "customer")
EPISODE_FIELDS = tuple(field.name for field in dataclasses.fields(Episode))
TURN_FIELDS = tuple(field.name for field in dataclasses.fields(Turn) if field.name != "number")

# Without the tracker events, which only the next turn wants.
RECORD_FIELDS = tuple(field.name for field in dataclasses.fields(TurnRecord) if field.name != "tracker_events")


def columns(table: Table, fields: Sequence[str]) -> list[Column[Any]]:
    """The table's columns in the order of a value's fields."""
    return [table.c[name] for name in fields]


CUSTOMER_COLUMNS = columns(customers, CUSTOMER_FIELDS)
CONVERSATION_COLUMNS = columns(conversations, CONVERSATION_FIELDS)
EPISODE_COLUMNS = columns(episodes, EPISODE_FIELDS)
TURN_COLUMNS = columns(turns, TURN_FIELDS)
RECORD_COLUMNS = columns(turn_records, RECORD_FIELDS)


def to_conversation(row: Sequence[Any]) -> Conversation:
    """From `CONVERSATION_COLUMNS` followed by `CUSTOMER_COLUMNS`; what comes after them is not looked at."""
    cut = len(CONVERSATION_FIELDS)
    values = dict(zip(CONVERSATION_FIELDS, row[:cut], strict=True))
    values["state"] = State(values["state"])
    values["priority"] = Priority(values["priority"])
    values["reason"] = _reason(values["reason"])
    values["labels"] = tuple(values["labels"])
    customer = Customer(*row[cut : cut + len(CUSTOMER_FIELDS)])
    return Conversation(customer=customer, **values)


def to_episode(values: Sequence[Any]) -> Episode:
    """From `EPISODE_COLUMNS`."""
    named = dict(zip(EPISODE_FIELDS, values, strict=True))
    named["reason"] = _reason(named["reason"])
    return Episode(**named)


def to_turn(row: Sequence[Any]) -> Turn:
    """From `TURN_COLUMNS`."""
    named = dict(zip(TURN_FIELDS, row, strict=True))
    named["status"] = TurnStatus(named["status"])
    return Turn(**named)


def to_turn_record(row: Sequence[Any]) -> TurnRecord:
    """From `RECORD_COLUMNS`."""
    named = dict(zip(RECORD_FIELDS, row, strict=True))
    named["covers"] = tuple(named["covers"])
    return TurnRecord(**named)


def to_event(row: Sequence[Any]) -> Event:
    """From conversation_id, seq, at, kind, data, private."""
    return Event(*row)


def _reason(value: str | None) -> Reason | None:
    return None if value is None else Reason(value)


def conversation_row(conversation: Conversation) -> dict[str, Any]:
    """Every column of a conversation."""
    row = {name: getattr(conversation, name) for name in CONVERSATION_FIELDS}
    row["customer_id"] = conversation.customer.id
    return _plain(row)


def episode_row(episode: Episode) -> dict[str, Any]:
    """Every column of an episode."""
    return _plain({name: getattr(episode, name) for name in EPISODE_FIELDS})


def turn_row(turn: Turn) -> dict[str, Any]:
    """Every column of a turn."""
    return _plain({name: getattr(turn, name) for name in TURN_FIELDS})


def changed(before: Any, after: Any, fields: Sequence[str]) -> dict[str, Any]:
    """The columns that differ between two values."""
    # Identity first: most fields are the very object they were, and `replace` copies none of them.
    differing = {
        name: value
        for name in fields
        if (value := getattr(after, name)) is not (old := getattr(before, name)) and value != old
    }
    return _plain(differing)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    for name in ("state", "reason", "status"):
        if row.get(name) is not None:
            row[name] = row[name].value
    if "priority" in row:
        row["priority_rank"] = row["priority"].rank
        row["priority"] = row["priority"].value
    if "labels" in row:
        row["labels"] = list(row["labels"])
    if row.get("handoff") is not None:
        row["handoff"] = dict(row["handoff"])
    return row


class Updates:
    """One prepared UPDATE for each set of columns that ever changes together."""

    def __init__(self, table: Table, *key: str) -> None:
        self._table = table
        self._key = key
        self._prepared: dict[tuple[str, ...], Prepared] = {}

    def of(self, row: Mapping[str, Any]) -> Prepared:
        """The statement for these columns; bind the key's values as `key_<column>`."""
        names = tuple(row)
        found = self._prepared.get(names)
        if found is None:
            key = (self._table.c[name] == bindparam(f"key_{name}") for name in self._key)
            statement = update(self._table).where(*key).values({name: bindparam(name) for name in names})
            found = self._prepared[names] = Prepared(statement)
        return found
