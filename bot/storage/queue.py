"""The desk's lists in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, or_, select, text
from sqlalchemy.sql.elements import ColumnElement

from bot.conversation.floor import CLAIMS_FOR_ETA, CLAIMS_NEEDED_FOR_ETA
from bot.conversation.model import State
from bot.conversation.store import conversation_not_found_message
from bot.desk.queue import WAITING, Listed, Offered, Unanswered, Waiting, Wanted
from bot.errors import NotFound
from bot.storage.database import Database
from bot.storage.sql import rows
from bot.storage.tables import conversations, customers, episodes, events

_C = conversations.c
_BY = events.alias("by")


def _own(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(_BY.c.conversation_id == _C.id, *conditions)


def _last_of_agent() -> Any:
    return (
        select(func.coalesce(func.max(_BY.c.seq), 0))
        .where(_own(_BY.c.kind == "message", _BY.c.author == "agent"))
        .correlate(conversations)
        .scalar_subquery()
    )


def _customers_messages(after: Any) -> ColumnElement[bool]:
    return _own(_BY.c.kind == "message", _BY.c.author == "customer", _BY.c.seq > after)


_UNREAD = (
    select(func.count())
    .select_from(_BY)
    .where(_customers_messages(_C.agent_read_seq), _BY.c.seq > _last_of_agent())
    .correlate(conversations)
    .scalar_subquery()
)
_UNANSWERED_SINCE = (
    select(func.min(_BY.c.at)).where(_customers_messages(_last_of_agent())).correlate(conversations).scalar_subquery()
)
_LIST = select(
    *rows.CONVERSATION_COLUMNS,
    *rows.CUSTOMER_COLUMNS,
    _UNREAD.label("unread"),
    case((_C.state == State.AGENT.value, _UNANSWERED_SINCE), else_=None).label("unanswered"),
).join_from(conversations, customers)
_EXTRA_AT = len(rows.CONVERSATION_FIELDS) + len(rows.CUSTOMER_FIELDS)
_WAITS = _C.state.in_([state.value for state in WAITING])
_ORDER = (
    case((_WAITS, 0), (_C.state == "agent", 1), (_C.state == "bot", 2), else_=3),
    case((_WAITS, -_C.priority_rank), else_=0),
    case((_WAITS, _C.wait_started_at), else_=None),
    func.coalesce(_C.last_message_at, _C.updated_at).desc(),
    _C.id,
)
_LINE = (
    select(
        _C.id, _C.wait_started_at, _C.queue_position, _C.queue_eta_seconds, _C.state_since, _C.team, _C.wanted_agent_id
    )
    .where(text("state = 'queued'"))  # a literal, so that the partial index of the line is used
    .order_by(_C.priority_rank.desc(), _C.wait_started_at, _C.id)
)
_ASKED = (
    select(events.c.conversation_id, events.c.data, events.c.at)
    .join_from(conversations, events, events.c.conversation_id == _C.id)
    .where(text("state = 'queued'"), events.c.kind == "assignment")
)
_LOADS = (
    select(_C.assignee_id, func.count())
    .where(_C.state == State.AGENT.value, _C.assignee_id.is_not(None), _C.snoozed_until.is_(None))
    .group_by(_C.assignee_id)
)
_RECENT_WAITS = (
    select(episodes.c.claimed_at, episodes.c.queued_at, episodes.c.queued_position)
    .where(episodes.c.claimed_at.is_not(None), episodes.c.queued_position > 0)
    .order_by(episodes.c.claimed_at.desc())
    .limit(CLAIMS_FOR_ETA)
)


class SqlConversationList:
    """`ConversationList` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, wanted: Wanted) -> list[Listed]:
        """See `ConversationList`."""
        query = _LIST.where(*_conditions(wanted)).order_by(*_ORDER).limit(wanted.limit)
        return await self._database.read_script(lambda connection: _listed(connection, query), first=True)

    async def one(self, conversation_id: str) -> Listed:
        """See `ConversationList`."""
        query = _LIST.where(_C.id == conversation_id)
        found = await self._database.read_script(lambda connection: _listed(connection, query), first=True)
        if not found:
            raise NotFound(conversation_not_found_message(), code="conversation_not_found")
        return found[0]

    async def counts(self) -> dict[State, int]:
        """See `ConversationList`."""
        open_ = [state for state in State if state is not State.CLOSED]
        # Named one by one the index finds them; by 'not closed' it would be read through, old conversations and all.
        query = select(_C.state, func.count()).where(_C.state.in_(open_)).group_by(_C.state)
        found = await self._database.read_script(lambda c: {State(state): n for state, n in c.execute(query).tuples()})
        return {state: found.get(state, 0) for state in open_}

    async def line(self) -> list[Waiting]:
        """See `ConversationList`."""
        return await self._database.read_script(lambda c: [Waiting(*row) for row in c.execute(_LINE)])

    async def seconds_a_place(self) -> float | None:
        """See `ConversationList`."""

        def script(connection: Connection) -> list[float]:
            found = connection.execute(_RECENT_WAITS).tuples()
            return [(claimed - queued).total_seconds() / place for claimed, queued, place in found if queued]

        waits = await self._database.read_script(script)
        return median(waits) if len(waits) >= CLAIMS_NEEDED_FOR_ETA else None

    async def offered(self, since: datetime) -> list[Offered]:
        """See `ConversationList`."""

        def script(connection: Connection) -> list[Offered]:
            found = connection.execute(_ASKED.where(events.c.at >= since)).tuples()
            asked = [(id_, data.get("agent") or data.get("before"), at) for id_, data, at in found]
            return [Offered(id_, agent["id"], at) for id_, agent, at in asked if agent]

        return await self._database.read_script(script)

    async def loads(self) -> dict[str, int]:
        """See `ConversationList`."""
        return await self._database.read_script(lambda c: dict(c.execute(_LOADS).tuples().all()))

    async def unanswered(self, since_before: datetime) -> list[Unanswered]:
        """See `ConversationList`."""
        query = select(_C.id, _C.assignee_id, _C.state_since, _UNANSWERED_SINCE.label("since")).where(
            _C.state == State.AGENT.value, _C.assignee_id.is_not(None), _C.snoozed_until.is_(None)
        )

        def script(connection: Connection) -> list[Unanswered]:
            found = connection.execute(query).tuples()
            # Whoever has just taken it is given the time from then on, however long the customer had waited.
            owed = [Unanswered(id_, agent, max(since, taken)) for id_, agent, taken, since in found if since]
            return [one for one in owed if one.since < since_before]

        return await self._database.read_script(script)

    async def idle(self, quiet_since: datetime, limit: int) -> list[str]:
        """See `ConversationList`."""
        query = (
            select(_C.id)
            .where(_C.state == State.BOT.value, _C.updated_at < quiet_since, _C.last_customer_seq > 0)
            .order_by(_C.updated_at)
            .limit(limit)
        )
        return await self._database.read_script(lambda c: list(c.execute(query).scalars()))


def _listed(connection: Connection, query: Select[Any]) -> list[Listed]:
    found = [
        Listed(rows.to_conversation(row), int(row[_EXTRA_AT]), row[_EXTRA_AT + 1]) for row in connection.execute(query)
    ]
    if not any(listed.conversation.state is State.QUEUED for listed in found):
        return found
    places = {row[0]: place for place, row in enumerate(connection.execute(_LINE), start=1)}
    return [replace(listed, position=places.get(listed.conversation.id)) for listed in found]


def _conditions(wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.states:
        conditions.append(_C.state.in_([state.value for state in wanted.states]))
    if wanted.assignee is not None:
        conditions += [_C.assignee_id == wanted.assignee, _C.state == State.AGENT.value]
    if wanted.unassigned:
        conditions.append(or_(_C.assignee_id.is_(None), _C.state != State.AGENT.value))
    if wanted.customer_id is not None:
        conditions.append(_C.customer_id == wanted.customer_id)
    if wanted.q:
        conditions.append(_mentions(wanted.q))
    return conditions


def _mentions(q: str) -> ColumnElement[bool]:
    wanted = "%" + q.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    said = (
        select(_BY.c.seq)
        .where(_own(_BY.c.kind == "message", func.lower(_BY.c.data["text"].as_string()).like(wanted, escape="\\")))
        .correlate(conversations)
        .exists()
    )
    columns = (customers.c.name, customers.c.email, _C.contact_email)
    return or_(_C.id == q, *(func.lower(column).like(wanted, escape="\\") for column in columns), said)
