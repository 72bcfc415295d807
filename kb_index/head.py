"""Which article a question belongs to, learned from all articles' rows at once, with one more class: none of them.

A multinomial logistic regression on the sentence vectors (as in Casanueva and others 2020, where it is what most
intent classifiers of this kind do). The nearest row says how like one wording a question is; this says what
tells an article from its neighbours.
"""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from kb_index.embedding import Vectors

Labels = npt.NDArray[np.int64]

# Below this there is nothing to learn from a class; above, a build would take minutes.
MIN_ROWS, MIN_ARTICLES, MAX_ARTICLES = 8, 3, 1_000
NONE = -1
"""The label of rows that belong to no article."""
_STRENGTH, _ITERATIONS, _TOLERANCE = 20.0, 30, 1e-3
_ABSENT = -1e9


@dataclass(frozen=True, slots=True)
class Verdict:
    """Log-probabilities, natural: of each owner being the one meant, given that one is; and the odds of none."""

    owners: npt.NDArray[np.float32]
    none: float


class Head:
    """One row of weights for each owner number, then live changes without learning again."""

    def __init__(self, weights: Vectors, biases: Vectors, none: Vectors | None = None, none_bias: float = 0.0) -> None:
        self._weights = weights
        self._biases = biases
        self._none = none
        self._none_bias = none_bias
        alive = biases[biases > _ABSENT / 2]
        self._usual_bias = float(alive.mean()) if len(alive) else 0.0
        self._usual_length = float(np.linalg.norm(weights, axis=1).mean()) if len(weights) else 1.0

    @classmethod
    def fit(cls, rows: Vectors, labels: Labels, owners: int) -> "Head":
        """Learns from prepared rows and the owner number of each, or `NONE`; `owners` is how many there are."""
        model = LogisticRegression(C=_STRENGTH, max_iter=_ITERATIONS, tol=_TOLERANCE)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # it stops early on purpose
            model.fit(rows, labels)
        weights = np.zeros((owners, rows.shape[1]), dtype=np.float32)
        biases = np.full(owners, _ABSENT, dtype=np.float32)
        none, none_bias = None, 0.0
        for label, weight, bias in zip(model.classes_, model.coef_, model.intercept_, strict=True):
            if label == NONE:
                none, none_bias = weight.astype(np.float32), float(bias)
            else:
                weights[label], biases[label] = weight, bias
        return cls(weights, biases, none, none_bias)

    def judge(self, query: Vectors, hidden: int | None = None) -> Verdict:
        """What a prepared vector says; `hidden` is an owner that counts as absent."""
        scores = self._weights @ query + self._biases
        if hidden is not None:
            scores[hidden] = _ABSENT
        top = float(scores.max()) if len(scores) else 0.0
        total = top + float(np.log(np.exp(scores - top).sum())) if len(scores) else 0.0
        none = float(self._none @ query + self._none_bias) - total if self._none is not None else 0.0
        return Verdict((scores - total).astype(np.float32), none)

    def adopt(self, rows: Vectors) -> None:
        """Appends an owner at once: its mean row stands for its weights (Qi and others 2018, imprinting)."""
        mean = rows.mean(axis=0) if len(rows) else np.zeros(self._weights.shape[1], dtype=np.float32)
        weight = mean * (self._usual_length / max(float(np.linalg.norm(mean)), 1e-6))
        self._weights = np.vstack([self._weights, weight[None].astype(np.float32)])
        self._biases = np.append(self._biases, np.float32(self._usual_bias if len(rows) else _ABSENT))

    def remove(self, owner: int) -> None:
        """Takes an owner out."""
        self._biases[owner] = _ABSENT

    def save(self, path: Path) -> None:
        """Writes `path`."""
        none = np.zeros(0, dtype=np.float32) if self._none is None else self._none
        np.savez(path, weights=self._weights, biases=self._biases, none=none, none_bias=np.float32(self._none_bias))

    @classmethod
    def load(cls, path: Path) -> "Head":
        """Reads what `save` wrote."""
        with np.load(path, allow_pickle=False) as data:
            none = data["none"] if len(data["none"]) else None
            return cls(data["weights"], data["biases"], none, float(data["none_bias"]))


def worth_learning(rows_of_articles: Sequence[int]) -> bool:
    """Whether there are articles enough, not too many, and half of them have rows enough to learn from."""
    return MIN_ARTICLES <= len(rows_of_articles) <= MAX_ARTICLES and float(np.median(rows_of_articles)) >= MIN_ROWS


def folds(count: int, parts: int, seed: int) -> Iterable[Labels]:
    """Positions 0 to `count` in `parts` random parts of like size."""
    return np.array_split(np.random.default_rng(seed).permutation(count), parts)
