"""How well messages are understood: the pipeline of a configuration trained on some rows and asked others."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import matthews_corrcoef, roc_auc_score

from bot.brain.nlu.encoders import forgetting_vectors
from bot.errors import InvalidInput
from bot.training.labelled_rows import Row
from bot.training.nlu_graph import Reading, TrainedNlu, read_config, train_nlu

UNKNOWN = "out_of_scope"
"""Stands for a refusal where the rows name no label for it."""

_WARM_UP = 20
_BINS = 15


@dataclass(frozen=True)
class Judged:
    """A test row and how it was read; `foreign` is the out-of-scope score from 0 to 1."""

    text: str
    label: str
    intent: str
    confidence: float
    rejected: bool
    foreign: float
    milliseconds: float


@dataclass(frozen=True)
class NluReport:
    """Figures of an evaluation; shares from 0 to 1, None where the test rows do not allow one.

    `in_scope_accuracy` ignores rejection; in `in_scope_accuracy_accepted` a rejected row counts as wrong; in `mcc`
    a rejection counts as the out-of-scope label; `calibration_error` is the expected calibration error in 15 bins.
    """

    in_scope_accuracy: float
    in_scope_accuracy_accepted: float
    oos_recall: float | None
    oos_auroc: float | None
    mcc: float
    calibration_error: float
    train_seconds: float
    predict_ms_p50: float
    predict_ms_p95: float
    n_train: int
    n_test: int
    judged: tuple[Judged, ...]

    def figures(self) -> dict[str, Any]:
        """The figures alone, for JSON."""
        plain = asdict(replace(self, judged=()))
        del plain["judged"]
        return plain


def evaluate_nlu(
    config: Path,
    train_rows: Sequence[Row],
    test_rows: Sequence[Row],
    oos_label: str | None = None,
    progress: Callable[[str, float], None] = lambda stage, share: None,
) -> NluReport:
    """Trains what `config` describes on `train_rows`, through Rasa's own graph, and asks it every test row.

    `oos_label` marks test rows that are out of scope; without training rows of that label nothing is known of
    them. Known sentence vectors are not used, so `train_seconds` is the time from nothing. Raises `InvalidInput`.
    """
    if len({row.label for row in train_rows}) < 2 or not test_rows:
        raise InvalidInput("An evaluation needs training rows of at least two labels, and test rows.")
    settings = _with_foreign_label(read_config(config), oos_label)
    progress("training", 0.0)
    with tempfile.TemporaryDirectory() as folder, forgetting_vectors():
        started = time.perf_counter()
        nlu = train_nlu(settings, train_rows, Path(folder) / "nlu.tar.gz")
        seconds = time.perf_counter() - started
    for row in test_rows[:_WARM_UP]:
        nlu.read(row.text)
    judged = []
    for number, row in enumerate(test_rows):
        judged.append(_judge(nlu, row))
        if number % 100 == 0:
            progress("reading", number / len(test_rows))
    return report_of(judged, oos_label, seconds, len(train_rows))


def _with_foreign_label(settings: dict[str, Any], oos_label: str | None) -> dict[str, Any]:
    if oos_label is None:
        return settings
    pipeline = [
        {**part, "foreign_label": oos_label} if part["name"].endswith(".IntentReader") else part
        for part in settings["pipeline"]
    ]
    return {**settings, "pipeline": pipeline}


def _judge(nlu: TrainedNlu, row: Row) -> Judged:
    started = time.perf_counter()
    reading: Reading = nlu.read(row.text)
    milliseconds = (time.perf_counter() - started) * 1000
    return Judged(
        text=row.text,
        label=row.label,
        intent=reading["intent"]["name"] or "",
        confidence=float(reading["intent"]["confidence"]),
        rejected=bool(reading["out_of_scope"]),
        foreign=float(reading["out_of_scope_score"]),
        milliseconds=milliseconds,
    )


def report_of(judged: Sequence[Judged], oos_label: str | None, train_seconds: float, n_train: int) -> NluReport:
    """The figures of judged rows."""
    foreign = np.array([one.label == oos_label for one in judged])
    right = np.array([one.intent == one.label for one in judged])
    rejected = np.array([one.rejected for one in judged])
    both = bool(foreign.any() and (~foreign).any())
    refusal = oos_label or UNKNOWN
    answers = [refusal if one.rejected else one.intent for one in judged]
    times = np.array([one.milliseconds for one in judged])
    return NluReport(
        in_scope_accuracy=_share(right[~foreign]),
        in_scope_accuracy_accepted=_share((right & ~rejected)[~foreign]),
        oos_recall=_share(rejected[foreign]) if foreign.any() else None,
        oos_auroc=float(roc_auc_score(foreign, [one.foreign for one in judged])) if both else None,
        mcc=float(matthews_corrcoef([one.label for one in judged], answers)),
        calibration_error=calibration_error(np.array([one.confidence for one in judged])[~foreign], right[~foreign]),
        train_seconds=round(train_seconds, 3),
        predict_ms_p50=round(float(np.percentile(times, 50)), 3),
        predict_ms_p95=round(float(np.percentile(times, 95)), 3),
        n_train=n_train,
        n_test=len(judged),
        judged=tuple(judged),
    )


def _share(marks: npt.NDArray[np.bool_]) -> float:
    return float(marks.mean()) if len(marks) else 0.0


def calibration_error(confidence: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> float:
    """Expected calibration error in bins of equal width (Naeini 2015): 0 when confidence is the share of right ones."""
    if not len(confidence):
        return 0.0
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = [abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return float(sum(gaps))
