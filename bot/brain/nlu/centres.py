"""How near a message is to the middle of each intent's examples, for bots with few of them.

With five examples an intent, kernel regression sees little more than which single example is nearest, and an intent
whose examples are far apart scores low wherever it is asked. The cosine to the mean of all examples of an intent
(nearest-centroid classification; the prototypes of Snell and others 2017) knows neither fault, and does worse than the
kernel as soon as there are many examples. So it is added with a weight that goes down with their number.
"""

from __future__ import annotations

import numpy as np

from bot.brain.nlu.kernel_regression import Floats, Ints

MOST, ROWS = 0.3, 3.0
"""See `centre_weight`. Chosen on train and valid rows of BANKING77, CLINC150 and two industries, 5 to 20 an intent."""
_LEAST = 0.05


def centre_weight(rows_a_label: float) -> float:
    """What the cosine to an intent's middle counts beside the kernel's score: .3 up to ten examples an intent, .15 for
    twenty, nothing from sixty on."""
    weight = min(MOST, ROWS / rows_a_label)
    return weight if weight > _LEAST else 0.0


class Centres:
    """The sums of the rows of each label; every label needs one row at least."""

    def __init__(self, vectors: Floats, labels: Ints, count: int) -> None:
        """`vectors`: unit rows."""
        self._vectors, self._labels = vectors, labels
        self._sums = np.zeros((count, vectors.shape[1]), dtype=np.float32)
        np.add.at(self._sums, labels, vectors)

    def directions(self) -> Floats:
        """Each label's middle as a vector of unit length, less the mean of all middles: what all have in common tells
        none from another."""
        return _centred(_unit(self._sums))

    def left_out(self) -> Floats:
        """Each row's product with these directions, had the row not been among those of its label."""
        rows = np.arange(len(self._labels))
        cosines = self._vectors @ _unit(self._sums).T
        own = _unit(self._sums[self._labels] - self._vectors)
        cosines[rows, self._labels] = np.einsum("ij,ij->i", self._vectors, own)
        return _centred(cosines.T).T

    def left_out_together(self, rows: Ints) -> Floats:
        """The same for these rows, had none of them been there."""
        sums = self._sums.copy()
        np.subtract.at(sums, self._labels[rows], self._vectors[rows])
        return np.asarray(self._vectors[rows] @ _centred(_unit(sums)).T, np.float32)


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    # What is left of a sum when its only row is taken away is rounding, and no direction.
    return np.asarray(np.where(lengths > 1e-3, rows / np.maximum(lengths, 1e-3), 0), np.float32)


def _centred(rows: Floats) -> Floats:
    return np.asarray(rows - rows.mean(axis=0, keepdims=True), np.float32)
