"""The figures over HTTP, below `/api/v1`: a summary, and each of its tables as CSV."""

import asyncio
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from bot.conversation.ports import Clock
from bot.identity.access import StaffAccess
from bot.identity.accounts import Account
from bot.identity.audit import AuditLog
from bot.insight import figures
from bot.insight.csv_table import csv_of
from bot.insight.runs import Period, Run, Runs

DAILY = (
    "date",
    "conversations",
    "ended",
    "contained",
    "containment",
    "escalated",
    "abandoned",
    "csat_average",
    "csat_count",
    "waiting_median_seconds",
    "handling_median_seconds",
)
REASONS = ("reason", "count", "share", "claimed", "waiting_median_seconds", "csat_average", "csat_count")
CONVERSATIONS = (
    "conversation_id",
    "run",
    "channel",
    "first_customer_at",
    "ended_at",
    "closed_by",
    "outcome",
    "contained",
    "escalated",
    "reason",
    "waiting_seconds",
    "handling_seconds",
    "agent",
    "customer_messages",
    "csat",
    "nps",
    "ces",
    "abandoned",
)
LIST_LIMIT = 500


class Insight:
    """The figures of a period, and their tables as files that the audit log knows of."""

    def __init__(self, runs: Runs, audit: AuditLog, clock: Clock) -> None:
        self._runs, self._audit, self._clock = runs, audit, clock

    async def summary(self, first: date | None, last: date | None) -> dict[str, Any]:
        """Every figure from day to day, both included; `InvalidInput` for days out of order or too many."""
        asked = self._period(first, last)
        found = await self._runs.begun(asked.first, asked.last)
        later = await self._runs.returns(asked.first, asked.last + timedelta(days=2 * figures.RETURN_WINDOW.days))
        return await asyncio.to_thread(figures.summary, asked, found, later, self._clock.now())

    async def conversations(
        self, first: date | None, last: date | None, reason: str | None, only: str | None
    ) -> list[dict[str, Any]]:
        """The conversations behind the figures, newest first."""
        asked = self._period(first, last)
        found = await self._runs.begun(asked.first, asked.last)
        rows = [_row(run) for run in reversed(found) if reason is None or run.reason == reason]
        return [row for row in rows if only is None or _fits(row, only)]

    async def file(self, account: Account, name: str, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> Response:
        """A table as CSV; who took it away is recorded."""
        await self._audit.record(account, "export_csv", "insight", name, rows=len(rows))
        return Response(
            csv_of(columns, rows),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
        )

    def _period(self, first: date | None, last: date | None) -> Period:
        return Period.of(first, last, self._clock.now().date())


First = Annotated[date | None, Query(alias="from", description="first day, UTC")]
Last = Annotated[date | None, Query(alias="to", description="last day, included")]
Only = Annotated[str | None, Query(pattern="^(contained|escalated|abandoned|rated)$")]


def insight_router(runs: Runs, access: StaffAccess, audit: AuditLog, clock: Clock) -> APIRouter:
    """Everything the insight page shows; for every member of staff."""
    router = APIRouter(prefix="/insight", tags=["insight"])
    Reader = Annotated[Account, Depends(access.require())]
    insight = Insight(runs, audit, clock)

    @router.get("/summary")
    async def summary(account: Reader, first: First = None, last: Last = None) -> dict[str, Any]:
        """Every figure with numerator, denominator and what it means; the last seven days unless told otherwise."""
        return await insight.summary(first, last)

    @router.get("/daily.csv")
    async def daily_csv(account: Reader, first: First = None, last: Last = None) -> Response:
        """The days as CSV."""
        return await insight.file(account, "daily", DAILY, (await insight.summary(first, last))["daily"])

    @router.get("/reasons.csv")
    async def reasons_csv(account: Reader, first: First = None, last: Last = None) -> Response:
        """The reasons as CSV."""
        return await insight.file(account, "reasons", REASONS, (await insight.summary(first, last))["reasons"])

    @router.get("/conversations")
    async def conversations(
        account: Reader,
        *,
        first: First = None,
        last: Last = None,
        reason: str | None = None,
        only: Only = None,
        limit: Annotated[int, Query(ge=1, le=5000)] = LIST_LIMIT,
    ) -> dict[str, Any]:
        """The conversations behind the figures, newest first."""
        rows = await insight.conversations(first, last, reason, only)
        return {"items": rows[:limit], "total": len(rows)}

    @router.get("/conversations.csv")
    async def conversations_csv(
        account: Reader,
        *,
        first: First = None,
        last: Last = None,
        reason: str | None = None,
        only: Only = None,
    ) -> Response:
        """All of them as CSV."""
        rows = await insight.conversations(first, last, reason, only)
        return await insight.file(account, "conversations", CONVERSATIONS, rows)

    return router


def _row(run: Run) -> dict[str, Any]:
    return {
        "conversation_id": run.conversation_id,
        "run": run.number,
        "channel": run.channel,
        "first_customer_at": _iso(run.first_customer_at),
        "ended_at": _iso(run.closed_at),
        "closed_by": run.closed_by,
        "outcome": run.outcome,
        "contained": figures.contained(run),
        "escalated": run.escalated_at is not None,
        "reason": run.reason,
        "waiting_seconds": _seconds(run.queued_at, run.claimed_at),
        "handling_seconds": _seconds(run.claimed_at, run.closed_at),
        "agent": run.agent_name,
        "customer_messages": run.customer_messages,
        "csat": run.csat,
        "nps": run.nps,
        "ces": run.ces,
        "abandoned": run.abandoned,
    }


def _fits(row: dict[str, Any], only: str) -> bool:
    return row["csat"] is not None if only == "rated" else bool(row[only])


def _seconds(first: Any, last: Any) -> float | None:
    return round((last - first).total_seconds(), 1) if first and last else None


def _iso(at: Any) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
