"""Sections that reports share: calibration, thresholds, times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bot.evaluation.charts import Line, bars, lines
from bot.evaluation.page import Page

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
_BINS = 10
_STEPS = np.linspace(0.0, 1.0, 51)


def reliability(page: Page, confidence: Numbers, right: Flags) -> None:
    """How often answers of a confidence are right: on the diagonal they are as sure as they should be."""
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    points = [(float(confidence[bins == b].mean()), float(right[bins == b].mean())) for b in np.unique(bins)]
    counts = [(f"{b / _BINS:.1f}", float((bins == b).sum())) for b in range(_BINS)]
    page.heading(
        "Calibration", "Confidence against the share that is right, in ten bins; below, how many fall into each."
    )
    drawn = [Line("perfect", [(0, 0), (1, 1)], 0, dashed=True), Line("measured", points)]
    page.chart(lines("Reliability", "confidence", "share right", drawn), "Below the diagonal: surer than it should be.")
    page.chart(bars("Rows by confidence", "confidence from", "rows", counts), "Rows by confidence.")


def thresholds(page: Page, confidence: Numbers, right: Flags, answerable: Flags, chosen: float | None) -> None:
    """What a threshold on the confidence would give: answers, answers that are right, refusals of what is foreign."""
    given = confidence[None, :] >= _STEPS[:, None]
    rate = [(float(t), float(g[answerable].mean())) for t, g in zip(_STEPS, given, strict=True) if answerable.any()]
    precise = [(float(t), float(right[g].mean())) for t, g in zip(_STEPS, given, strict=True) if g.any()]
    drawn = [Line("answered", rate), Line("of all answers right", precise, 2)]
    if (~answerable).any():
        refused = [(float(t), 1 - float(g[~answerable].mean())) for t, g in zip(_STEPS, given, strict=True)]
        drawn.append(Line("unanswerable refused", refused, 3))
    if chosen is not None:
        drawn.append(Line(f"threshold {chosen:.2f}", [(chosen, 0), (chosen, 1)], 0, dashed=True))
    page.heading("Thresholds", "What each threshold on the confidence would mean on these rows.")
    page.chart(lines("Thresholds", "threshold", "share", drawn), "The threshold in use was drawn from other rows.")


def latency(page: Page, milliseconds: Sequence[float]) -> None:
    """Times of single questions in milliseconds."""
    times = np.array(milliseconds, dtype=np.float64)
    if not len(times):
        return
    marks = [(f"p{share}", round(float(np.percentile(times, share)), 1)) for share in (50, 75, 90, 95, 99, 100)]
    page.heading("Time", "Milliseconds from a question to its result, one after another, in this process.")
    page.chart(bars("Latency", "percentile", "ms", marks), f"{len(times)} questions.")
