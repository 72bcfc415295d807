"""Figures over runs. Each says what was counted (`numerator`), out of what (`denominator`), and in words what it
means (`note`); nothing is guessed, and a figure without a denominator is null."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import fmean, median
from typing import Any

from bot.insight.runs import Period, Run

QUIET_AFTER = timedelta(minutes=10)
RETURN_WINDOW = timedelta(days=7)
SATISFIED_FROM = 4

Figure = dict[str, Any]
Returns = Mapping[str, Sequence[datetime]]


def summary(period: Period, runs: Sequence[Run], returns: Returns, now: datetime) -> dict[str, Any]:
    """Everything of a period."""
    return {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "timezone": "UTC",
        "generated_at": now.isoformat().replace("+00:00", "Z"),
        "conversations": conversations(runs, now),
        "containment": containment(runs, now),
        "escalations": escalations(runs),
        "csat": csat(runs, now),
        "nps": nps(runs),
        "ces": ces(runs),
        "waiting": waiting(runs),
        "handling": handling(runs),
        "first_response_bot": first_response_of_bot(runs),
        "first_response_agent": first_response_of_agent(runs),
        "first_contact_resolution": first_contact_resolution(runs, returns, now),
        "abandoned": abandoned(runs),
        "reasons": reasons(runs),
        "daily": daily(period, runs, now),
    }


def ended(run: Run, now: datetime) -> bool:
    """Closed, or with the bot and quiet for ten minutes: customers rarely say goodbye to a machine."""
    with_bot = run.escalated_at is None
    return run.closed_at is not None or (with_bot and now - run.last_at >= QUIET_AFTER)


def contained(run: Run) -> bool:
    """The bot answered, no person was needed, and none was offered after which the customer left."""
    no_person = run.escalated_at is None and run.claimed_at is None
    return no_person and run.answered > 0 and run.offered_human == 0 and run.turns_failed == 0


def conversations(runs: Sequence[Run], now: datetime) -> Figure:
    """How many there were."""
    open_ = sum(not ended(run, now) for run in runs)
    return _figure(
        len(runs),
        len(runs),
        len(runs),
        "Conversations in which the customer wrote at least once, by the day of their first message. One that was "
        f"closed and opened again counts twice. {open_} of them still go on.",
    )


def containment(runs: Sequence[Run], now: datetime) -> Figure:
    """The bot's share."""
    over = [run for run in runs if ended(run, now)]
    return _share(
        sum(contained(run) for run in over),
        len(over),
        "Of the ended conversations (closed, or quiet with the assistant for ten minutes) those that the assistant "
        "answered without a person. Not counted as contained: a person was asked for, offered or took part, the "
        f"assistant failed, or never answered. {len(runs) - len(over)} still going on are left out.",
    )


def escalations(runs: Sequence[Run]) -> Figure:
    """How many were handed over."""
    return _share(
        sum(run.escalated_at is not None for run in runs),
        len(runs),
        "Conversations handed over to people, of all conversations. The reasons are in their own table.",
    )


def csat(runs: Sequence[Run], now: datetime) -> Figure:
    """Satisfaction."""
    scores = [run.csat for run in runs if run.csat is not None]
    over = sum(ended(run, now) for run in runs)
    return {
        **_figure(
            _rounded(fmean(scores)) if scores else None,
            sum(scores),
            len(scores),
            f"Average of the ratings from 1 to 5 (sum over count). {len(scores)} of {over} ended conversations were "
            "rated; those who did not rate are not in it.",
        ),
        "count": len(scores),
        "satisfied": sum(score >= SATISFIED_FROM for score in scores),
        "distribution": {str(score): scores.count(score) for score in range(1, 6)},
    }


def nps(runs: Sequence[Run]) -> Figure:
    """Recommendation."""
    scores = [run.nps for run in runs if run.nps is not None]
    net = sum(score >= 9 for score in scores) - sum(score <= 6 for score in scores)
    note = "Promoters (9, 10) minus detractors (0 to 6), per hundred answers."
    return _figure(_rounded(100 * net / len(scores)) if scores else None, net, len(scores), note)


def ces(runs: Sequence[Run]) -> Figure:
    """Effort."""
    scores = [run.ces for run in runs if run.ces is not None]
    note = "Average of 'how easy was it' from 1 to 7 (sum over count)."
    return _figure(_rounded(fmean(scores)) if scores else None, sum(scores), len(scores), note)


def waiting(runs: Sequence[Run]) -> Figure:
    """From joining the line to being taken."""
    queued = [run for run in runs if run.queued_at]
    seconds = _between(queued, lambda run: run.queued_at, lambda run: run.claimed_at)
    return _durations(
        seconds, len(queued), "From joining the line to an agent taking it, for those who were taken, of all in line."
    )


def handling(runs: Sequence[Run]) -> Figure:
    """From being taken to the end."""
    claimed = [run for run in runs if run.claimed_at]
    seconds = _between(claimed, lambda run: run.claimed_at, lambda run: run.closed_at)
    return _durations(
        seconds, len(claimed), "From an agent taking it to its end, for those that have ended, of all taken."
    )


def first_response_of_bot(runs: Sequence[Run]) -> Figure:
    """How long the assistant let the customer wait at the beginning."""
    seconds = _between(runs, lambda run: run.first_customer_at, lambda run: run.first_bot_reply_at)
    return _durations(
        seconds, len(runs), "From the customer's first message to the assistant's first answer, of all conversations."
    )


def first_response_of_agent(runs: Sequence[Run]) -> Figure:
    """How long until a person answered."""
    escalated = [run for run in runs if run.escalated_at]
    seconds = _between(escalated, lambda run: run.escalated_at, lambda run: run.first_agent_reply_at)
    return _durations(
        seconds, len(escalated), "From handing over to an agent's first answer, for those answered, of all handed over."
    )


def first_contact_resolution(runs: Sequence[Run], returns: Returns, now: datetime) -> Figure:
    """Whose matter was settled at once."""
    over = [run for run in runs if ended(run, now)]
    due = [run for run in over if now - _end(run) >= RETURN_WINDOW]
    settled = [run for run in due if not run.abandoned and not _came_back(run, returns)]
    return _share(
        len(settled),
        len(due),
        "Of the conversations that ended at least seven days ago those whose customer did not write again within "
        f"seven days and had not left the line. {len(over) - len(due)} ended too recently to say.",
    )


def abandoned(runs: Sequence[Run]) -> Figure:
    """Who left the line."""
    queued = [run for run in runs if run.queued_at]
    return _share(
        sum(run.abandoned for run in queued),
        len(queued),
        "Customers who left the line before an agent took them, of all in line.",
    )


def reasons(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Why conversations were handed over, most frequent first."""
    handed = [run for run in runs if run.escalated_at is not None]
    names = {run.reason or "unknown" for run in handed}
    rows = [_reason(name, [run for run in handed if (run.reason or "unknown") == name], len(handed)) for name in names]
    return sorted(rows, key=lambda row: (-row["count"], row["reason"]))


def _reason(name: str, runs: Sequence[Run], all_handed: int) -> dict[str, Any]:
    scores = [run.csat for run in runs if run.csat is not None]
    return {
        "reason": name,
        "count": len(runs),
        "share": _rounded(len(runs) / all_handed, 4),
        "numerator": len(runs),
        "denominator": all_handed,
        "claimed": sum(run.claimed_at is not None for run in runs),
        "waiting_median_seconds": waiting(runs)["median_seconds"],
        "csat_average": _rounded(fmean(scores)) if scores else None,
        "csat_count": len(scores),
    }


def daily(period: Period, runs: Sequence[Run], now: datetime) -> list[dict[str, Any]]:
    """A row for every day, days without anything too."""
    by_day: dict[date, list[Run]] = {day: [] for day in period.days}
    for run in runs:
        by_day[run.day].append(run)
    return [_day(day, by_day[day], now) for day in period.days]


def _day(day: date, runs: Sequence[Run], now: datetime) -> dict[str, Any]:
    held, rated, waited = containment(runs, now), csat(runs, now), waiting(runs)
    return {
        "date": day.isoformat(),
        "conversations": len(runs),
        "ended": held["denominator"],
        "contained": held["numerator"],
        "containment": held["value"],
        "escalated": escalations(runs)["numerator"],
        "abandoned": abandoned(runs)["numerator"],
        "csat_average": rated["value"],
        "csat_count": rated["count"],
        "waiting_median_seconds": waited["median_seconds"],
        "handling_median_seconds": handling(runs)["median_seconds"],
    }


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least that share of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = max(1, -(-int(share * 1000) * len(ordered) // 1000))
    return ordered[rank - 1]


def _durations(seconds: Sequence[float], out_of: int, note: str) -> Figure:
    middle = round(median(seconds), 1) if seconds else None
    return {
        **_figure(middle, len(seconds), out_of, f"{note} Seconds; the value is the median."),
        "median_seconds": middle,
        "p90_seconds": round(percentile(seconds, 0.9), 1) if seconds else None,
    }


def _between(
    runs: Iterable[Run], start: Callable[[Run], datetime | None], end: Callable[[Run], datetime | None]
) -> list[float]:
    pairs = ((start(run), end(run)) for run in runs)
    return [max(0.0, (last - first).total_seconds()) for first, last in pairs if first and last]


def _came_back(run: Run, returns: Returns) -> bool:
    end = _end(run)
    times = returns.get(run.customer_id, ())
    return any(run.first_customer_at < at and end - timedelta(seconds=1) <= at <= end + RETURN_WINDOW for at in times)


def _end(run: Run) -> datetime:
    return run.closed_at or run.last_at


def _share(numerator: int, denominator: int, note: str) -> Figure:
    value = _rounded(numerator / denominator, 4) if denominator else None
    return _figure(value, numerator, denominator, note)


def _figure(value: float | None, numerator: float, denominator: int, note: str) -> Figure:
    return {"value": value, "numerator": numerator, "denominator": denominator, "note": note}


def _rounded(value: float, digits: int = 2) -> float:
    return round(value, digits)
