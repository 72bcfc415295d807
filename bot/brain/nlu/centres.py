"""How near a message is to the middle of each intent's examples, for bots with few of them.

With five examples an intent, kernel regression sees little more than which single example is nearest, and an intent
whose examples are far apart scores low wherever it is asked. The cosine to the mean of all examples of an intent
(nearest-centroid classification; the prototypes of Snell and others 2017) knows neither fault, and does worse than the
kernel as soon as there are many examples. So it is added with a weight that goes down with their number.
"""

from __future__ import annotations

import numpy as np

from bot.brain.nlu.kernel_regression import Floats, Ints
from bot.brain.nlu.rejection import Flags

MOST, ROWS = 0.3, 3.0
"""See `centre_weight`. Chosen on train and valid rows of BANKING77, CLINC150 and two industries, 5 to 20 an intent."""
_LEAST = 0.05


def centre_weight(rows_a_label: float) -> float:
    """What the cosine to an intent's middle counts beside the kernel's score: .3 up to ten examples an intent, .15 for
    twenty, nothing from sixty on."""
    weight = min(MOST, ROWS / rows_a_label)
    return weight if weight > _LEAST else 0.0


class Centres:
    """The middle of each intent's examples, with the weight that nearness to it has among so many."""

    def __init__(self, vectors: Floats, labels: Ints, trusted: Flags, weight: float) -> None:
        """Of unit rows, some for every label from 0 on. Rows that are not `trusted` have no part in a middle."""
        self._vectors, self._labels, self._weight = vectors, labels, weight
        self._parts = vectors * trusted[:, np.newaxis]
        self._sums = np.zeros((labels.max() + 1, vectors.shape[1]), dtype=np.float32)
        np.add.at(self._sums, labels, self._parts)

    def directions(self) -> Floats:
        """For each label what the product with a message's vector adds to its score.

        The middle as a vector of unit length, less the mean of all middles: what all have in common tells none from
        another.
        """
        return self._weight * _centred(_unit(self._sums))

    def left_out(self) -> Floats:
        """For each row its products with these directions, had the row not been there."""
        rows = np.arange(len(self._labels))
        cosines = self._vectors @ _unit(self._sums).T
        own = _unit(self._sums[self._labels] - self._parts)
        cosines[rows, self._labels] = np.einsum("ij,ij->i", self._vectors, own)
        return self._weight * _centred(cosines.T).T

    def left_out_together(self, rows: Ints) -> Floats:
        """The same for these rows, had none of them been there."""
        sums = self._sums.copy()
        np.subtract.at(sums, self._labels[rows], self._parts[rows])
        return np.asarray(self._weight * (self._vectors[rows] @ _centred(_unit(sums)).T), np.float32)


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    # What is left of a sum when its only row is taken away is rounding, and no direction.
    return np.asarray(np.where(lengths > 1e-3, rows / np.maximum(lengths, 1e-3), 0), np.float32)


def _centred(rows: Floats) -> Floats:
    return np.asarray(rows - rows.mean(axis=0, keepdims=True), np.float32)
