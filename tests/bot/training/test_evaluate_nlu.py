import json
import os
import random
from pathlib import Path

import numpy as np
import pytest

from bot.brain.nlu.encoders import keep_under
from bot.errors import InvalidInput
from bot.training.evaluate_nlu import Judged, calibration_error, evaluate_nlu, report_of
from bot.training.labelled_rows import Row, read_rows

ROOT = Path(__file__).resolve().parents[3]
EVAL_DATA = Path(os.environ.get("BATON_EVAL_DATA", ROOT.parent / "shared" / "data"))


def _judged(label: str, intent: str, rejected: bool = False, foreign: float = 0.1, ms: float = 5) -> Judged:
    return Judged("text", label, intent, 0.9, rejected, foreign, ms)


def test_a_refused_row_in_scope_counts_as_wrong_only_among_the_accepted() -> None:
    report = report_of([_judged("a", "a"), _judged("a", "a", True), _judged("b", "a"), _judged("b", "b")], None, 1, 9)
    assert report.in_scope_accuracy == 0.75
    assert report.in_scope_accuracy_accepted == 0.5
    assert report.oos_recall is None
    assert report.oos_auroc is None


def test_rejection_counts_as_the_out_of_scope_label() -> None:
    rows = [_judged("a", "a"), _judged("b", "b"), _judged("oos", "a", True, 0.9), _judged("oos", "b", True, 0.8)]
    report = report_of(rows, "oos", 1, 9)
    assert report.mcc == pytest.approx(1.0)
    assert report.oos_recall == 1.0
    assert report.oos_auroc == 1.0
    assert report.in_scope_accuracy == 1.0


def test_the_figures_are_those_of_the_contract() -> None:
    figures = report_of([_judged("a", "a"), _judged("b", "b")], None, 1.23456, 9).figures()
    promised = {
        "in_scope_accuracy",
        "in_scope_accuracy_accepted",
        "oos_recall",
        "oos_auroc",
        "mcc",
        "train_seconds",
        "predict_ms_p50",
        "predict_ms_p95",
        "n_train",
        "n_test",
    }
    assert promised <= set(figures)
    assert json.loads(json.dumps(figures)) == figures


def test_calibration_error_is_the_gap_between_confidence_and_truth() -> None:
    assert calibration_error(np.full(10, 0.8), np.arange(10) < 8) == pytest.approx(0)
    assert calibration_error(np.full(10, 0.9), np.arange(10) < 5) == pytest.approx(0.4)


def test_too_little_data_is_explained() -> None:
    with pytest.raises(InvalidInput, match="two labels"):
        evaluate_nlu(ROOT / "config.yml", [Row("a", "x")], [Row("a", "x")])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_few_examples_of_real_questions_already_carry_far() -> None:
    folder = EVAL_DATA / "banking77"
    if not folder.is_dir():
        pytest.skip(f"the evaluation data is not at {EVAL_DATA}")
    keep_under(ROOT / "var" / "cache")
    rows = read_rows(folder / "train.csv")
    chosen = random.Random(5).sample(sorted({row.label for row in rows}), 12)
    by_label = {label: [row for row in rows if row.label == label] for label in chosen}
    known = [row for label in chosen for row in by_label[label][:20]]
    asked = [row for label in chosen for row in by_label[label][20:30]]
    foreign = [Row(row.text, "foreign") for row in rows if row.label not in chosen][:120]
    report = evaluate_nlu(ROOT / "config.yml", known, [*asked, *foreign], "foreign")
    assert report.in_scope_accuracy > 0.93
    assert report.oos_auroc is not None
    assert report.oos_auroc > 0.85
    assert report.n_train == 240
