"""When a message is none of ours: a threshold drawn from the training rows alone.

Nobody has examples of everything a bot is not for, but whole topics can be left out: how their rows score in a model
that never heard of them is how foreign messages score. Single intents would be too hard an exercise for a bot with
many neighbouring ones, so similar intents are left out together.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage

from bot.brain.nlu.kernel_regression import Floats, Ints, Solution

TOPICS = 25
"""Into how many topics the intents are put at most; a bot with fewer intents has one a topic."""

REFUSED = 0.75
"""The share of rows of unheard topics that must be refused."""

_FEWEST_LABELS = 3


def threshold_of(solution: Solution, labels: Ints, vectors: Floats, refused: float = REFUSED) -> float:
    """The score below which a message is refused. `labels` and `vectors` belong to the rows of the solution."""
    if labels.max() + 1 < _FEWEST_LABELS:
        # With two intents nothing can be left out: refuse what scores below nearly all known rows.
        return float(np.quantile(solution.left_out().max(axis=1), 0.05))
    return float(np.quantile(foreign_scores(solution, labels, vectors), refused))


def foreign_scores(solution: Solution, labels: Ints, vectors: Floats) -> Floats:
    """The best score of each row in a model that never heard of its topic."""
    best = np.zeros(len(labels), dtype=np.float32)
    for topic in topics_of(labels, vectors):
        rows = np.flatnonzero(np.isin(labels, topic))
        best[rows] = solution.scores_without(rows, topic).max(axis=1)
    return best


def topics_of(labels: Ints, vectors: Floats, most: int = TOPICS) -> list[Ints]:
    """Labels put together by likeness of their mean vectors (average linkage)."""
    names = np.arange(labels.max() + 1)
    if len(names) <= most:
        return [np.array([name]) for name in names]
    topic: npt.NDArray[np.int32] = fcluster(linkage(_centres(labels, vectors), "average", "cosine"), most, "maxclust")
    return [names[topic == number] for number in np.unique(topic)]


def _centres(labels: Ints, vectors: Floats) -> Floats:
    sums = np.zeros((labels.max() + 1, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, labels, vectors)
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True), np.float32)
