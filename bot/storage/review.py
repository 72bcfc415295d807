"""The editors' inbox in SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select

from bot.storage.database import Database
from bot.storage.tables import events, turn_records
from bot.storage.tables_studio import review_marks
from bot.studio.review import Heard, Mark, MarkStatus, why

SCANNED = 4000
PAGE = 200

_T = turn_records.c
_TURNS = select(_T.conversation_id, _T.covers, _T.outcome, _T.model_id, _T.finished_at, _T.signals).order_by(
    _T.finished_at.desc(), _T.turn_id
)
_MESSAGES = select(events.c.conversation_id, events.c.seq, events.c.at, events.c.data).where(
    events.c.kind == "message", events.c.author == "customer"
)


class SqlReview:
    """`ReviewStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, *, why: str | None, before: datetime | None, limit: int) -> list[Heard]:
        """See `ReviewStore`. Looks through the newest 4,000 turns (of before then)."""

        def script(connection: Connection) -> list[Heard]:
            found: list[Heard] = []
            for heard in _heard_newest_first(connection, before):
                if len(found) >= limit and heard.heard_at != found[-1].heard_at:
                    break
                if heard.why and heard.mark is None and (why is None or why in heard.why):
                    found.append(heard)
            return found

        return await self._database.read_script(script)

    async def done(self, status: MarkStatus, limit: int) -> list[Heard]:
        """See `ReviewStore`."""
        query = (
            select(review_marks)
            .where(review_marks.c.status == status.value)
            .order_by(review_marks.c.at.desc(), review_marks.c.conversation_id, review_marks.c.seq)
            .limit(limit)
        )

        def script(connection: Connection) -> list[Heard]:
            marks = [_mark(row) for row in connection.execute(query).mappings()]
            found = (_one(connection, mark.conversation_id, mark.seq) for mark in marks)
            return [heard for heard in found if heard is not None]

        return await self._database.read_script(script)

    async def one(self, conversation_id: str, seq: int) -> Heard | None:
        """See `ReviewStore`."""
        return await self._database.read_script(lambda connection: _one(connection, conversation_id, seq))

    async def mark(self, mark: Mark) -> Mark:
        """See `ReviewStore`."""
        query = select(review_marks).where(*_at(mark.conversation_id, mark.seq))

        def script(connection: Connection) -> Mark:
            there = connection.execute(query).mappings().first()
            if there is not None:
                return _mark(there)
            connection.execute(insert(review_marks).values(**{**asdict(mark), "status": mark.status.value}))
            return mark

        return await self._database.write_script(script)

    async def unmark(self, conversation_id: str, seq: int) -> None:
        """See `ReviewStore`."""
        query = delete(review_marks).where(*_at(conversation_id, seq))
        await self._database.write_script(lambda connection: connection.execute(query) and None)

    async def recent_texts(self, limit: int) -> list[str]:
        """See `ReviewStore`."""

        def script(connection: Connection) -> list[str]:
            texts: dict[str, None] = {}
            for heard in _heard_newest_first(connection, None):
                texts.setdefault(heard.text)
                if len(texts) >= limit:
                    break
            return list(texts)

        return await self._database.read_script(script)


def _heard_newest_first(connection: Connection, before: datetime | None) -> Iterator[Heard]:
    turns = _TURNS if before is None else _TURNS.where(_T.finished_at < before)
    for offset in range(0, SCANNED, PAGE):
        page = connection.execute(turns.limit(PAGE).offset(offset)).all()
        yield from _heard(connection, page)
        if len(page) < PAGE:
            return


def _heard(connection: Connection, turns: Sequence[Any]) -> Iterator[Heard]:
    ids = {turn.conversation_id for turn in turns}
    if not ids:
        return
    wanted = {(turn.conversation_id, seq) for turn in turns for seq in turn.covers}
    lowest, highest = min((seq for _, seq in wanted), default=0), max((seq for _, seq in wanted), default=0)
    query = _MESSAGES.where(events.c.conversation_id.in_(ids), events.c.seq.between(lowest, highest))
    said = {(row.conversation_id, row.seq): row for row in connection.execute(query)}
    marked = connection.execute(select(review_marks).where(review_marks.c.conversation_id.in_(ids))).mappings()
    marks = {(row["conversation_id"], row["seq"]): _mark(row) for row in marked}
    for turn in turns:
        for seq in sorted(turn.covers, reverse=True):
            row = said.get((turn.conversation_id, seq))
            if row is not None and not row.data.get("payload"):  # a pressed button was not misunderstood
                yield _of(turn, row, marks.get((turn.conversation_id, seq)))


def _of(turn: Any, row: Any, mark: Mark | None) -> Heard:
    signals = turn.signals or {}
    intents = tuple(item for item in signals.get("intents") or () if item.get("seq") in (row.seq, None))
    return Heard(
        conversation_id=row.conversation_id,
        seq=row.seq,
        text=row.data["text"],
        at=row.at,
        heard_at=turn.finished_at,
        intents=intents,
        outcome=turn.outcome,
        model_id=turn.model_id,
        why=why(turn.outcome, intents, bool(signals.get("unanswered"))),
        mark=mark,
    )


def _one(connection: Connection, conversation_id: str, seq: int) -> Heard | None:
    turns = connection.execute(_TURNS.where(_T.conversation_id == conversation_id)).all()
    covering = [turn for turn in turns if seq in turn.covers]
    return next((heard for heard in _heard(connection, covering) if heard.seq == seq), None)


def _at(conversation_id: str, seq: int) -> tuple[Any, ...]:
    return (and_(review_marks.c.conversation_id == conversation_id, review_marks.c.seq == seq),)


def _mark(row: Any) -> Mark:
    return Mark(**{**row, "status": MarkStatus(row["status"])})
