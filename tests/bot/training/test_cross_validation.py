import numpy as np

from bot.training.cross_validation import ALLOWED_LOSS, FOLDS, HeldOut, as_metrics, folds_of, gate_of


def _held_out(accuracy: float, **per_intent: float) -> HeldOut:
    return HeldOut(accuracy, per_intent, [], 100)


def test_the_first_model_passes() -> None:
    assert gate_of(_held_out(0.5, a=0.5), None).passed
    assert gate_of(_held_out(0.5, a=0.5), {}).passed


def test_a_small_loss_passes_and_is_still_reported_per_intent() -> None:
    live = as_metrics(_held_out(0.9, a=0.9, b=0.9), gate_of(_held_out(0.9), None))
    gate = gate_of(_held_out(0.9 - ALLOWED_LOSS, a=0.8, b=0.95), live)
    assert gate.passed
    assert gate.fallen == {"a": 0.1}


def test_a_greater_loss_fails_and_names_the_intents() -> None:
    live = as_metrics(_held_out(0.9, a=0.9, b=0.9), gate_of(_held_out(0.9), None))
    gate = gate_of(_held_out(0.87, a=0.7, b=0.9, new=0.1), live)
    assert not gate.passed
    assert "90.0% to 87.0%" in gate.reasons[0]
    assert "a (-20%)" in gate.reasons[1]
    assert "new" not in gate.fallen


def test_folds_are_even_for_every_intent_and_the_same_each_time() -> None:
    labels = np.array(["a"] * 10 + ["b"] * 7 + ["c"] * 2)
    folds = folds_of(labels)
    assert (folds == folds_of(labels)).all()
    for label in "abc":
        counts = np.bincount(folds[labels == label], minlength=FOLDS)
        assert counts.max() - counts.min() <= 1
