"""Kernel ridge regression: exact, solved at once, with every row's score as if it had been left out.

Every row is compared with every other by one kernel: a Gaussian of the sentence vectors plus weighted cosines of
the word and word-piece vectors. Regularised least squares on one-hot targets with it (Rifkin, Yeo & Poggio 2003)
are solved by one Cholesky factor. Its inverse gives, without training again, what a model without some of the rows
would say of them (Rifkin & Lippert 2007): confidence and rejection are drawn from that. Scores fall to zero far
from all training rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Kernel:
    """How alike two messages are: `sharpness` narrows the Gaussian, `wording` weighs literal likeness."""

    sharpness: float = 3.0
    wording: float = 0.2
    ridge: float = 0.1

    def meaning(self, left: Floats, right: Floats) -> Floats:
        """The Gaussian part for unit rows: exp(-sharpness * squared distance / 2)."""
        likeness = left @ right.T
        likeness -= 1
        likeness *= self.sharpness
        return np.exp(likeness, out=likeness)


@dataclass(frozen=True)
class Rows:
    """Messages as the model sees them."""

    vectors: Floats
    words: sparse.csr_matrix
    pieces: sparse.csr_matrix


def gram(kernel: Kernel, rows: Rows) -> Floats:
    """The kernel of all rows with each other, n by n."""
    likeness = kernel.meaning(rows.vectors, rows.vectors)
    for terms in (rows.words, rows.pieces):
        _add_scaled(likeness, terms, kernel.wording)
    return likeness


def _add_scaled(target: Floats, terms: sparse.csr_matrix, weight: float, block: int = 2000) -> None:
    turned = terms.T.tocsr()
    for start in range(0, terms.shape[0], block):
        part = (terms[start : start + block] @ turned).toarray()
        part *= weight
        target[start : start + block] += part


@dataclass(frozen=True)
class Solution:
    """Dual coefficients (rows by labels), the targets they answer, and the lower half of the inverse kernel."""

    coefficients: Floats
    targets: Floats
    inverse: Floats

    def left_out(self) -> Floats:
        """Each row's scores in a model that never saw this row."""
        return np.asarray(self.targets - self.coefficients / np.diagonal(self.inverse)[:, np.newaxis], np.float32)

    def scores_without(self, rows: Ints, labels: Ints) -> Floats:
        """Scores of these rows for all other labels, in a model that saw neither the rows nor the labels.

        The rows must be all that carry the labels.
        """
        lower = np.tril(self.inverse[np.ix_(rows, rows)])
        block = lower + np.tril(lower, -1).T
        others = np.setdiff1d(np.arange(self.coefficients.shape[1]), labels)
        return np.asarray(-np.linalg.solve(block, self.coefficients[np.ix_(rows, others)]), np.float32)


def solve(likeness: Floats, targets: Floats, ridge: Floats) -> Solution:
    """Regularised least squares; `ridge` says of each row how little it is trusted. `likeness` is overwritten."""
    likeness[np.diag_indices_from(likeness)] += ridge
    # The kernel is symmetric: its transpose is the column-major matrix that LAPACK works on in place.
    factor, _ = linalg.cho_factor(likeness.T, lower=True, overwrite_a=True, check_finite=False)
    coefficients = linalg.cho_solve((factor, True), targets, check_finite=False)
    inverse, _ = linalg.lapack.spotri(factor, lower=1, overwrite_c=1)
    return Solution(np.asarray(coefficients, np.float32), targets, inverse)


def one_hot(labels: Ints, count: int) -> Floats:
    """Targets: 1 for a row's own label, 0 for the others."""
    targets = np.zeros((len(labels), count), dtype=np.float32)
    targets[np.arange(len(labels)), labels] = 1
    return targets
