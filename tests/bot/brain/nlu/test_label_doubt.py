import numpy as np
import pytest

from bot.brain.nlu.intent_training import Labelled, fit_intents
from bot.brain.nlu.label_doubt import DOUBTED, doubt


def test_only_a_plain_contradiction_is_doubted() -> None:
    left_out = np.array([[0.9, 0.1, 0.0], [0.4, 0.5, 0.1], [0.0, 0.8, 0.1]], dtype=np.float32)
    factors = doubt(left_out, np.array([0, 0, 0]))
    assert factors[:2] == pytest.approx([1, 1])
    assert factors[2] == pytest.approx(np.exp(3), rel=1e-3)
    assert factors[2] > DOUBTED


def test_a_misfiled_row_does_not_teach_its_wrong_intent(example_rows, encoder) -> None:
    rows = example_rows(per_label=8)
    labels = list(rows.labels)
    labels[0] = "intent_4"
    model = fit_intents(Labelled(["same"] * len(labels), rows.vectors, labels), None, encoder)
    scores = model.read(["same"], rows.vectors[:1]).scores[0]
    assert model.labels[int(scores.argmax())] == rows.labels[0] != labels[0]
    assert scores[model.labels.index("intent_4")] < 0.3
