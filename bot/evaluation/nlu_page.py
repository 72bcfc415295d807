"""The page of `baton eval nlu`."""

from __future__ import annotations

from collections import Counter

import numpy as np

from bot.evaluation.page import Page
from bot.evaluation.sections import latency, reliability, thresholds
from bot.training.evaluate_nlu import NluReport

_PAIRS, _WORST = 30, 40


def nlu_page(report: NluReport, title: str, oos_label: str | None = None) -> Page:
    """Figures, confusion pairs, calibration, threshold curve, surest mistakes, times."""
    page = Page(title)
    page.heading("Figures")
    page.figures(report.figures())
    mistaken = [row for row in report.judged if row.label not in {oos_label, row.intent}]
    pairs = Counter((row.label, row.intent) for row in mistaken)
    page.heading("Confused most", "In-scope rows whose likeliest intent is another, whether refused or not.")
    page.table(("is", "read as", "times"), [(*pair, times) for pair, times in pairs.most_common(_PAIRS)])
    foreign = np.array([row.label == oos_label for row in report.judged])
    confidence = np.array([row.confidence for row in report.judged])
    right = np.array([row.intent == row.label for row in report.judged])
    if (~foreign).any():
        reliability(page, confidence[~foreign], right[~foreign])
    thresholds(page, 1.0 - np.array([row.foreign for row in report.judged]), right, ~foreign, None)
    page.heading("Surest mistakes", "Worst first: accepted, and wrong with the highest confidence.")
    wrong = [row for row in report.judged if not row.rejected and row.intent != row.label]
    wrong.sort(key=lambda row: -row.confidence)
    page.table(
        ("text", "is", "read as", "confidence"),
        [(row.text[:300], row.label, row.intent, round(row.confidence, 3)) for row in wrong[:_WORST]],
    )
    latency(page, [row.milliseconds for row in report.judged])
    return page
