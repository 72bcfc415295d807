"""The pages of `baton eval kb` and of the shop's own held-out questions."""

from __future__ import annotations

import numpy as np

from bot.evaluation.charts import bars
from bot.evaluation.page import Page
from bot.evaluation.sections import latency, reliability, thresholds
from kb_index.evaluate import DemoReport, KbReport

_WORST = 40


def kb_page(report: KbReport, title: str) -> Page:
    """Figures, where the first relevant entry stands, the worst ranked questions, times."""
    page = Page(title)
    page.heading("Figures")
    page.figures(report.figures())
    ranks = [row.rank for row in report.asked]
    places = [*((str(place), place, place) for place in range(1, 6)), ("6-10", 6, 10), ("11-50", 11, 50)]
    columns = [(name, float(sum(low <= rank <= high for rank in ranks if rank))) for name, low, high in places]
    columns.append(("below", float(sum(rank is None or rank > 50 for rank in ranks))))
    page.heading("Place of the first relevant entry")
    page.chart(bars("Ranks", "place", "questions", columns), "The further left the better.")
    worst = sorted(report.asked, key=lambda row: row.average_precision)[:_WORST]
    page.heading("Ranked worst")
    page.table(
        ("question", "place", "average precision", "ranked first"),
        [(row.text[:300], row.rank, round(row.average_precision, 3), row.first[:120]) for row in worst],
    )
    latency(page, [row.milliseconds for row in report.asked])
    return page


def demo_page(report: DemoReport, title: str) -> Page:
    """Figures, calibration, threshold curve, articles confused, surest mistakes, times."""
    page = Page(title)
    page.heading("Figures")
    page.figures(report.figures())
    confidence = np.array([row.confidence for row in report.asked])
    right = np.array([row.right for row in report.asked])
    answerable = np.array([row.wanted is not None for row in report.asked])
    reliability(page, confidence, right)
    thresholds(page, confidence, right, answerable, report.threshold)
    page.heading("Surest mistakes", "Answers that were given and are not from a right article.")
    page.table(
        ("question", "answered from", "right would be", "confidence"),
        [(row["text"], row["got"], row["wanted"] or "no article", row["confidence"]) for row in report.wrong],
    )
    missed = sorted((r for r in report.asked if r.wanted and not r.right), key=lambda r: -r.confidence)[:_WORST]
    page.heading("Another article first", "Answerable questions, whether answered or not.")
    page.table(
        ("question", "first", "right", "confidence"), [(r.text, r.first, r.wanted, r.confidence) for r in missed]
    )
    latency(page, [row.milliseconds for row in report.asked])
    return page
