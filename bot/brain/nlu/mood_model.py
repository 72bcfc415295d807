"""How frustrated and how pressed a customer sounds: logistic regression on meaning and manner of writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from bot.brain.nlu.kernel_regression import Embedded
from bot.brain.nlu.mood_signals import mood_signals

Floats = npt.NDArray[np.float32]

_HELD_SMALL, _GIVEN_BACK = 10.0, 1.45
"""Chosen on development rows: area under the curve of `data/development/acts.csv` .881 with a penalty of 1, .884 with
10. What fits left-out rows best is 1.83 times as sharp as the fit itself with 10, 1.26 times with 1."""


@dataclass(frozen=True)
class Scale:
    """One mood's weights, in the order of `mood_features`."""

    weights: Floats
    bias: float

    def levels(self, features: Floats) -> Floats:
        """From 0 to 1 a row."""
        return np.asarray(1 / (1 + np.exp(-(features @ self.weights + self.bias))), dtype=np.float32)


def mood_features(texts: Sequence[str], vectors: Embedded) -> Floats:
    """Vectors and signals side by side, a row a text. A middle layer knows more of the wording, which tone lies in."""
    return np.hstack([vectors.sentence, vectors.middle, mood_signals(texts)]).astype(np.float32)


def fit_frustration(features: Floats, present: npt.NDArray[np.bool_]) -> Scale:
    """Displeasure, that of everyday life too, of which no bot's examples tell all: weights are held smaller than in
    `fit_scale`, and what that takes from the levels' spread is given back."""
    scale = fit_scale(features, present, _HELD_SMALL)
    return Scale(scale.weights * _GIVEN_BACK, scale.bias * _GIVEN_BACK)


def fit_scale(features: Floats, present: npt.NDArray[np.bool_], penalty: float = 1.0) -> Scale:
    """Logistic regression with both sides weighing the same, however many rows each has."""
    side = np.where(present, 1.0, -1.0)
    weight = len(side) / 2 / np.where(present, present.sum(), (~present).sum())
    data = np.hstack([features, np.ones((len(features), 1))]).astype(np.float64)

    def loss(parameters: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        margin = side * (data @ parameters)
        slope = -side * weight / (1 + np.exp(np.clip(margin, -60, 60)))
        free = np.append(parameters[:-1], 0)
        value = (weight * np.logaddexp(0, -margin)).sum() + penalty / 2 * free @ free
        return float(value), data.T @ slope + penalty * free

    best = minimize(loss, np.zeros(data.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return Scale(best[:-1].astype(np.float32), float(best[-1]))
