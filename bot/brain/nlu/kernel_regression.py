"""Kernel ridge regression: exact, solved at once, with every row's score as if it had been left out.

Every row is compared with every other by one kernel: a Gaussian of the sentence vectors, for some bots a weaker one
of the encoder's middle vectors, and weighted cosines of the word and word-piece vectors. Regularised least squares on
one-hot targets with it (Rifkin, Yeo & Poggio 2003) are solved by one Cholesky factor. Its inverse gives, without
training again, what a model without some of the rows would say of them (Rifkin & Lippert 2007): confidence and
rejection are drawn from that. Scores fall to zero far from all training rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

from kb_index.integer_rows import IntegerRows, integers_are_quick
from kb_index.vectors import products

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

_BLOCK = 2000
_FREQUENT = 0.05
"""A term in this share of the rows costs less as a dense column: sparse products grow with its square."""


@dataclass(frozen=True)
class Embedded:
    """What the encoder makes of messages, one row each: sentence vectors and those of a middle layer.

    The latter have no columns where nobody looks at them.
    """

    sentence: Floats
    middle: Floats

    @classmethod
    def of(cls, sentence: Floats, middle: Floats | None = None) -> Embedded:
        """Both, or sentence vectors alone."""
        return cls(sentence, np.zeros((len(sentence), 0), np.float32) if middle is None else middle)

    def __len__(self) -> int:
        return len(self.sentence)

    def __getitem__(self, rows: slice | Ints) -> Embedded:
        return Embedded(self.sentence[rows], self.middle[rows])

    def sentence_cosines(self, left: Embedded) -> Floats:
        """See `Comparable.sentence_cosines`."""
        return products(left.sentence, self.sentence)

    def middle_cosines(self, left: Embedded) -> Floats:
        """See `Comparable.middle_cosines`."""
        return products(left.middle, self.middle)


class Comparable(Protocol):
    """Messages that others are compared with."""

    def sentence_cosines(self, left: Embedded) -> Floats:
        """Of the sentence vectors of each message on the left with each of these."""
        ...

    def middle_cosines(self, left: Embedded) -> Floats:
        """Of the middle vectors of each message on the left with each of these."""
        ...


class QuicklyCompared:
    """The same messages for comparing a few others with them, time and again: see `IntegerRows`."""

    def __init__(self, rows: Embedded) -> None:
        self._sentence = IntegerRows(rows.sentence)
        self._middle = IntegerRows(rows.middle) if rows.middle.shape[1] else None

    def sentence_cosines(self, left: Embedded) -> Floats:
        """See `Comparable.sentence_cosines`."""
        return self._sentence.products(left.sentence)

    def middle_cosines(self, left: Embedded) -> Floats:
        """See `Comparable.middle_cosines`."""
        if self._middle is None:
            raise ValueError("these messages have no middle vectors")
        return self._middle.products(left.middle)


def comparable(rows: Embedded) -> Comparable:
    """What compares a few messages with these in the least time on this machine."""
    return QuicklyCompared(rows) if integers_are_quick() else rows


@dataclass(frozen=True)
class Kernel:
    """How alike two messages are: `sharpness` narrows the Gaussians, `wording` weighs literal likeness.

    `middle` weighs the Gaussian of middle vectors, that of sentence vectors weighs 1; with 0 they are not looked at.
    """

    sharpness: float = 3.0
    wording: float = 0.2
    ridge: float = 0.1
    middle: float = 0.0

    def meaning(self, cosines: Floats) -> Floats:
        """A Gaussian for unit rows, exp(-sharpness * squared distance / 2), in the place of their cosines."""
        cosines -= 1
        cosines *= self.sharpness
        return np.exp(cosines, out=cosines)

    def likeness(self, left: Embedded, right: Comparable) -> Floats:
        """All that vectors tell: the Gaussians of sentence vectors and, where they weigh, of middle vectors."""
        total = self.meaning(right.sentence_cosines(left))
        if self.middle:
            middle = self.meaning(right.middle_cosines(left))
            middle *= np.float32(self.middle)
            total += middle
        return total


@dataclass(frozen=True)
class Rows:
    """Messages as the model sees them."""

    vectors: Embedded
    words: sparse.csr_matrix
    pieces: sparse.csr_matrix


def gram(kernel: Kernel, rows: Rows) -> Floats:
    """The kernel of all rows with each other, n by n: the upper half and the diagonal; below it is nothing to read."""
    frequent, rare = _split(sparse.csr_matrix(sparse.hstack([rows.words, rows.pieces], format="csr")))
    count = len(rows.vectors)
    likeness = np.zeros((count, count), dtype=np.float32)
    for start in range(0, count, _BLOCK):
        end = min(start + _BLOCK, count)
        literal = (rare[start:end] @ rare[start:].T).toarray()
        literal += frequent[start:end] @ frequent[start:].T
        literal *= kernel.wording
        literal += kernel.likeness(rows.vectors[start:end], rows.vectors[start:])
        likeness[start:end, start:] = literal
    return likeness


def _split(terms: sparse.csr_matrix) -> tuple[Floats, sparse.csr_matrix]:
    """The columns that many rows have as a dense matrix, and the others."""
    shared = np.bincount(terms.indices, minlength=terms.shape[1]) > _FREQUENT * terms.shape[0]
    by_column = terms.tocsc()
    return by_column[:, shared].toarray(), by_column[:, ~shared].tocsr()


@dataclass(frozen=True)
class Solution:
    """Dual coefficients (rows by labels), the targets they answer, and a root of the inverse kernel.

    `root` is lower triangular and column-major; the inverse is `root.T @ root - change @ change.T`.
    """

    coefficients: Floats
    targets: Floats
    root: Floats
    change: Floats | None = None

    def left_out(self) -> Floats:
        """Each row's scores in a model that never saw this row."""
        diagonal = np.einsum("ij,ij->j", self.root, self.root)
        if self.change is not None:
            diagonal -= np.einsum("ij,ij->i", self.change, self.change)
        return np.asarray(self.targets - self.coefficients / diagonal[:, np.newaxis], np.float32)

    def left_out_together(self, rows: Ints) -> Floats:
        """Scores of these rows in a model that saw none of them."""
        own = self.root[:, rows]
        block = own.T @ own
        if self.change is not None:
            block -= self.change[rows] @ self.change[rows].T
        return np.asarray(self.targets[rows] - np.linalg.solve(block, self.coefficients[rows]), np.float32)

    def scores_without(self, rows: Ints, labels: Ints) -> Floats:
        """Scores of these rows for all other labels, in a model that saw neither the rows nor the labels.

        The rows must be all that carry the labels.
        """
        return np.delete(self.left_out_together(rows), labels, axis=1)

    def trusting_less(self, rows: Ints, ridge: Floats) -> Solution:
        """The solution with this much more ridge on these rows, without solving anew (Woodbury 1950).

        Costs the square of all rows times the number of these. Only for a solution that was not changed before.
        """
        inverse = self.root.T @ self.root[:, rows]
        core = inverse[rows]
        core[np.diag_indices_from(core)] += 1 / ridge
        factor = np.linalg.cholesky(core)
        change = linalg.solve_triangular(factor, inverse.T, lower=True, check_finite=False).T
        coefficients = self.coefficients - change @ (change.T @ self.targets)
        return Solution(np.asarray(coefficients, np.float32), self.targets, self.root, np.asarray(change, np.float32))


def solve(likeness: Floats, targets: Floats, ridge: Floats) -> Solution:
    """Regularised least squares; `ridge` says of each row how little it is trusted.

    Only the upper half of `likeness` is read; the matrix is overwritten. Raises `LinAlgError` without enough ridge.
    """
    likeness[np.diag_indices_from(likeness)] += ridge
    # A row-major upper half is the lower half of the column-major matrix that LAPACK works on in place.
    factor, failed = linalg.lapack.spotrf(likeness.T, lower=1, clean=1, overwrite_a=1)
    if failed:
        raise np.linalg.LinAlgError("The kernel is not positive definite.")
    coefficients = linalg.cho_solve((factor, True), targets, check_finite=False)
    # The triangle's inverse costs half of the whole one's, and single blocks of the latter follow from it.
    root, _ = linalg.lapack.strtri(factor, lower=1, overwrite_c=1)
    return Solution(np.asarray(coefficients, np.float32), targets, root)


def one_hot(labels: Ints, count: int) -> Floats:
    """Targets: 1 for a row's own label, 0 for the others."""
    targets = np.zeros((len(labels), count), dtype=np.float32)
    targets[np.arange(len(labels)), labels] = 1
    return targets
