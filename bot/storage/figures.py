"""Runs for insight in SQL."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, select

from bot.insight.runs import Run
from bot.storage.database import Database
from bot.storage.tables import conversations, episodes, events
from bot.storage.tables_staff import accounts

_E, _C = episodes.c, conversations.c
_LATER = episodes.alias("later")
_NEXT_OPENED = (
    select(func.min(_LATER.c.opened_at))
    .where(_LATER.c.conversation_id == _E.conversation_id, _LATER.c.number > _E.number)
    .correlate(episodes)
    .scalar_subquery()
)
_FIRST_BOT_REPLY = (
    select(func.min(events.c.at))
    .where(
        and_(
            events.c.conversation_id == _E.conversation_id,
            events.c.kind == "message",
            events.c.author == "bot",
            events.c.at > _E.first_customer_at,
        )
    )
    .correlate(episodes)
    .scalar_subquery()
)
_FIELDS = [field.name for field in fields(Run)]
_OTHER: dict[str, Any] = {
    "customer_id": _C.customer_id,
    "last_at": _C.updated_at,
    "agent_name": accounts.c.name,
    "first_bot_reply_at": _FIRST_BOT_REPLY,
}
_RUNS = (
    select(
        *(_OTHER[name].label(name) if name in _OTHER else _E[name] for name in _FIELDS),
        _NEXT_OPENED.label("next_opened"),
    )
    .select_from(episodes)
    .join(conversations, _C.id == _E.conversation_id)
    .outerjoin(accounts, accounts.c.id == _E.agent_id)
    .order_by(_E.first_customer_at, _E.conversation_id, _E.number)
)
_RETURNS = select(_C.customer_id, _E.first_customer_at).join_from(episodes, conversations)


class SqlRuns:
    """`bot.insight.runs.Runs` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begun(self, first: date, last: date) -> list[Run]:
        """See `Runs`."""
        query = _RUNS.where(*_on(first, last))

        def script(connection: Connection) -> list[Run]:
            return [_run(dict(row)) for row in connection.execute(query).mappings()]

        return await self._database.read_script(script)

    async def returns(self, first: date, last: date) -> dict[str, list[datetime]]:
        """See `Runs`."""
        query = _RETURNS.where(*_on(first, last))

        def script(connection: Connection) -> dict[str, list[datetime]]:
            found: dict[str, list[datetime]] = {}
            for customer_id, at in connection.execute(query).tuples():
                found.setdefault(customer_id, []).append(at)
            return found

        return await self._database.read_script(script)


def _on(first: date, last: date) -> tuple[Any, Any]:
    start = datetime.combine(first, time(), UTC)
    end = datetime.combine(last, time(), UTC) + timedelta(days=1)
    return _E.first_customer_at >= start, _E.first_customer_at < end


def _run(row: dict[str, Any]) -> Run:
    next_opened = row.pop("next_opened")
    if next_opened is not None:  # what came after belongs to the next run
        row["last_at"] = row["closed_at"] or next_opened
        reply = row["first_bot_reply_at"]
        row["first_bot_reply_at"] = reply if reply and reply < next_opened else None
    return Run(**row)
