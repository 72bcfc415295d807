"""What each figure counts, and out of what."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.errors import InvalidInput
from bot.insight import figures
from bot.insight.csv_table import csv_of
from bot.insight.runs import Period, Run

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOW = START + timedelta(days=20)


def after(**delta: float) -> datetime:
    return START + timedelta(**delta)


def run(conversation_id: str = "c", **more) -> Run:
    first = more.pop("first_customer_at", START)
    plain = Run(conversation_id, 1, conversation_id, "widget", first, first, first, customer_messages=1, answered=1)
    return replace(plain, **more)


def test_contained_is_answered_without_a_person_asked_for_offered_or_needed():
    runs = [
        run("answered", closed_at=after(hours=1)),
        run("offered", offered_human=1),
        run("escalated", escalated_at=after(minutes=1), closed_at=after(hours=1)),
        run("never answered", answered=0),
        run("failed", turns_failed=1),
        run("still talking", last_at=NOW - timedelta(minutes=3)),
    ]
    figure = figures.containment(runs, NOW)
    assert (figure["numerator"], figure["denominator"], figure["value"]) == (1, 5, 0.2)
    assert "1 still going on" in figure["note"]


def test_without_a_denominator_there_is_no_figure():
    assert figures.containment([], NOW)["value"] is None
    assert figures.csat([run()], NOW)["value"] is None
    assert figures.waiting([run()])["median_seconds"] is None
    assert figures.nps([run()])["value"] is None


def test_waiting_and_handling_count_only_what_has_happened():
    waits = [10, 20, 30, 40, 1000]
    runs = [
        run(str(s), queued_at=START, claimed_at=after(seconds=s), closed_at=after(seconds=s + 60)) for s in waits
    ] + [run("still waits", queued_at=START)]
    figure = figures.waiting(runs)
    assert (figure["median_seconds"], figure["p90_seconds"]) == (30, 1000)
    assert (figure["numerator"], figure["denominator"]) == (5, 6)
    assert figures.handling(runs)["median_seconds"] == 60


@pytest.mark.parametrize(("count", "expected"), [(1, 0), (10, 8), (11, 9), (100, 89)])
def test_the_ninetieth_percentile_is_the_nearest_rank(count, expected):
    assert figures.percentile([float(n) for n in range(count)], 0.9) == expected


def test_first_contact_resolution_waits_seven_days_and_looks_for_whoever_came_back():
    closed = {"closed_at": after(hours=1)}
    runs = [
        run("settled", **closed),
        run("came back", **closed),
        run("came back late", **closed),
        run("left the line", abandoned=True, **closed),
        run("too fresh", first_customer_at=NOW - timedelta(days=3), closed_at=NOW - timedelta(days=3)),
    ]
    returns = {
        "settled": [START],
        "came back": [START, after(days=6)],
        "came back late": [START, after(days=8)],
    }
    figure = figures.first_contact_resolution(runs, returns, NOW)
    assert (figure["numerator"], figure["denominator"]) == (2, 4)
    assert "1 ended too recently" in figure["note"]


def test_ratings_are_averaged_over_those_who_rated():
    runs = [run("a", csat=5), run("b", csat=2), run("c")]
    figure = figures.csat(runs, NOW)
    assert (figure["value"], figure["numerator"], figure["denominator"], figure["count"]) == (3.5, 7, 2, 2)
    assert (figure["satisfied"], figure["distribution"]["5"]) == (1, 1)
    assert "2 of 3" in figure["note"]
    assert figures.nps([run("a", nps=10), run("b", nps=0), run("c", nps=7)])["value"] == 0


def test_every_day_has_a_row_and_reasons_are_counted():
    period = Period(date(2026, 3, 1), date(2026, 3, 3))
    runs = [
        run("a", escalated_at=START, reason="frustration"),
        run("b", escalated_at=START, reason="frustration"),
        run("c", escalated_at=START, reason="policy"),
    ]
    found = figures.summary(period, runs, {}, NOW)
    assert [(day["date"], day["conversations"]) for day in found["daily"]] == [
        ("2026-03-01", 0),
        ("2026-03-02", 3),
        ("2026-03-03", 0),
    ]
    assert [(row["reason"], row["count"]) for row in found["reasons"]] == [("frustration", 2), ("policy", 1)]
    counted = [figure for figure in found.values() if isinstance(figure, dict)]
    assert len(counted) == 12
    assert all({"value", "numerator", "denominator", "note"} <= set(figure) for figure in counted)


def test_a_period_is_the_last_week_unless_told_otherwise():
    today = date(2026, 3, 10)
    assert Period.of(None, None, today) == Period(date(2026, 3, 4), today)
    assert Period.of(date(2026, 3, 1), None, today) == Period(date(2026, 3, 1), today)
    for first, last in [(date(2026, 3, 5), date(2026, 3, 1)), (date(2020, 1, 1), today)]:
        with pytest.raises(InvalidInput):
            Period.of(first, last, today)


def test_a_cell_never_becomes_a_formula():
    assert csv_of(("a", "b"), [{"a": "=SUM(A1)", "b": None}]) == "a,b\r\n'=SUM(A1),\r\n"
