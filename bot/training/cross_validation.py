"""How well a bot's own examples are understood when they are left out: the gate before a model may serve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.brain.nlu.encoders import bulk_encoder
from bot.brain.nlu.intent_training import Labelled, read_left_out, thinned
from bot.brain.nlu.kernel_regression import Embedded, Kernel
from bot.brain.nlu.spelling import Spelling
from bot.training.labelled_rows import Row
from kb_index.embedding import encode_layers

FOLDS = 5
ALLOWED_LOSS = 0.02
"""How far cross-validated accuracy may fall below the live model's; of a few dozen examples, one more mistake."""

_SEED = 11
_ROUNDING = 1e-9
_WORST_PAIRS = 10


@dataclass(frozen=True)
class HeldOut:
    """Cross-validated figures. `per_intent` is the share of each intent's examples that were found again."""

    accuracy: float
    per_intent: Mapping[str, float]
    confused: Sequence[tuple[str, str, int]]
    """Pairs (meant, understood, times), most frequent first."""
    examples: int


@dataclass(frozen=True)
class Gate:
    """Whether a model may follow the live one, and if not why; `fallen` are intents that got worse, by how much."""

    passed: bool
    reasons: Sequence[str]
    fallen: Mapping[str, float]


def cross_validate(
    rows: Sequence[Row], kernel: Kernel | None, embedding_model: str | None, spelling: Spelling | None = None
) -> HeldOut:
    """Five folds, each intent's examples spread evenly over them; the same rows always give the same folds.

    `spelling` is the bot's; without one it is that of the rows.
    """
    spelling = spelling or Spelling.of(row.text for row in rows)
    texts = [spelling.mend(row.text) for row in rows]
    encoder = bulk_encoder(embedding_model)
    known = thinned(Labelled(texts, Embedded(*encode_layers(encoder, texts)), [row.label for row in rows]))
    labels = np.array(known.labels)
    return _held_out(labels, np.array(read_left_out(known, folds_of(labels), kernel, encoder)))


def folds_of(labels: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """A fold for each row; an intent's rows go round the folds, so each fold has its share."""
    random = np.random.default_rng(_SEED)
    folds = np.zeros(len(labels), dtype=np.int64)
    start = 0
    for label in np.unique(labels):
        rows = random.permutation(np.flatnonzero(labels == label))
        folds[rows] = (np.arange(len(rows)) + start) % FOLDS
        start += len(rows)
    return folds


def _held_out(labels: npt.NDArray[Any], read: npt.NDArray[Any]) -> HeldOut:
    right = labels == read
    wrong = Counter(zip(labels[~right], read[~right], strict=True))
    return HeldOut(
        accuracy=float(right.mean()),
        per_intent={str(label): float(right[labels == label].mean()) for label in np.unique(labels)},
        confused=[(str(meant), str(got), times) for (meant, got), times in wrong.most_common(_WORST_PAIRS)],
        examples=len(labels),
    )


def gate_of(new: HeldOut, live: Mapping[str, Any] | None) -> Gate:
    """Compares with the live model's figures, as stored at its training; without a live model everything passes."""
    before = (live or {}).get("held_out")
    if not before:
        return Gate(True, [], {})
    fallen = {
        intent: round(before["per_intent"][intent] - share, 4)
        for intent, share in new.per_intent.items()
        if before["per_intent"].get(intent, 0.0) - share > ALLOWED_LOSS
    }
    loss = before["accuracy"] - new.accuracy
    if loss <= max(ALLOWED_LOSS, 1 / max(1, new.examples)) + _ROUNDING:
        return Gate(True, [], fallen)
    worst = sorted(fallen, key=lambda intent: -fallen[intent])[:5]
    reasons = [f"accuracy on held-out examples fell from {before['accuracy']:.1%} to {new.accuracy:.1%}"]
    if worst:
        reasons.append("most at " + ", ".join(f"{intent} (-{fallen[intent]:.0%})" for intent in worst))
    return Gate(False, reasons, fallen)


def as_metrics(held_out: HeldOut, gate: Gate) -> dict[str, Any]:
    """Both as plain values for the registry."""
    return {"held_out": asdict(held_out), "gate": asdict(gate)}
