"""How frustrated and how pressed a customer sounds: logistic regression on meaning and manner of writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from bot.brain.nlu.mood_signals import mood_signals

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Scale:
    """One mood's weights: the sentence vector first, the signals after it."""

    weights: Floats
    bias: float

    def levels(self, features: Floats) -> Floats:
        """From 0 to 1 a row."""
        return np.asarray(1 / (1 + np.exp(-(features @ self.weights + self.bias))), dtype=np.float32)


def mood_features(texts: Sequence[str], vectors: Floats) -> Floats:
    """Vector and signals side by side."""
    return np.hstack([vectors, mood_signals(texts)]).astype(np.float32)


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
