"""One searchable field of the articles: rows of vectors owned by articles."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kb_index.embedding import Vectors
from kb_index.vectors import EXACT_ROWS, Rows, VectorIndex, top

Scores = Vectors


@dataclass(frozen=True, slots=True)
class FieldScores:
    """For each asked owner: its best row with the score, the sum over its rows, and how many they are."""

    best: Scores
    total: Scores
    rows: Scores


class Field:
    """Rows of one owner lie together; owners are numbered upwards in the order they are added."""

    def __init__(self, vectors: VectorIndex) -> None:
        self.vectors = vectors
        self._starts: list[int] = [0]
        self._bounds: Rows = np.zeros(0, dtype=np.int64)
        self._owner_of: list[int] = []
        self._gone: set[int] = set()

    @classmethod
    def empty(cls, center: Vectors, exact_rows: int = EXACT_ROWS) -> "Field":
        """A field without rows; `center` is what its vectors have in common."""
        return cls(VectorIndex(center, exact_rows))

    @property
    def owners(self) -> int:
        """How many owners were ever added."""
        return len(self._starts) - 1

    def rows_of(self, owner: int) -> range:
        """The rows of one owner."""
        return range(self._starts[owner], self._starts[owner + 1])

    def bounds(self, owners: Sequence[int]) -> tuple[Rows, Rows]:
        """First row and number of rows of each owner."""
        if len(self._bounds) != len(self._starts):
            self._bounds = np.array(self._starts, dtype=np.int64)
        chosen = np.array(owners, dtype=np.int64)
        starts = self._bounds[chosen]
        return starts, self._bounds[chosen + 1] - starts

    def add(self, vectors: Vectors) -> int:
        """Appends one owner with its rows and returns its number."""
        self.vectors.add(vectors)
        self._adopt(len(vectors))
        return self.owners - 1

    def _adopt(self, rows: int) -> None:
        self._owner_of += [self.owners] * rows
        self._starts.append(self._starts[-1] + rows)

    def remove(self, owner: int) -> None:
        """Hides one owner's rows."""
        self._gone.add(owner)

    def search(
        self, query: Vectors, depth: int, hidden: Collection[int] = (), known: Scores | None = None
    ) -> "FieldSearch":
        """Scores one vector against the field; the `depth` nearest rows give the candidates.

        `hidden` rows count as absent: so a build can ask what it would do without them. `known` are the scores of
        all rows, where they were worked out before.
        """
        return FieldSearch(self, query, depth, hidden, known)

    def living_owners(self, rows: Rows) -> set[int]:
        """The owners of rows, without the removed ones."""
        return self.living(self._owner_of[row] for row in rows)

    def living(self, owners: Iterable[int]) -> set[int]:
        """The owners that were not removed."""
        return set(owners) - self._gone

    def save(self, stem: Path) -> None:
        """Writes the vectors beside `stem`."""
        self.vectors.save(stem)

    @classmethod
    def load(cls, stem: Path, rows_of_owners: Sequence[int]) -> "Field":
        """Reads what `save` wrote; the number of rows of each owner is kept with the articles."""
        field = cls(VectorIndex.load(stem))
        for rows in rows_of_owners:
            field._adopt(rows)
        return field


class FieldSearch:
    """One question against one field: candidates first, then exact scores of any owners."""

    def __init__(
        self, field: Field, query: Vectors, depth: int, hidden: Collection[int] = (), known: Scores | None = None
    ) -> None:
        self._field = field
        self.query = field.vectors.prepare(query)[0]
        """The prepared vector: less the common part, of unit length."""
        self._hidden = np.array(sorted(hidden), dtype=np.int64)
        self._all = self._score_all(known) if field.vectors.exact else None
        nearest = field.vectors.nearest(self.query, depth) if self._all is None else top(self._all, depth)
        self.candidates = field.living_owners(nearest)

    def _score_all(self, known: Scores | None) -> Scores:
        scores = self._field.vectors.scores(self.query) if known is None else known.copy()
        scores[self._hidden] = 0.0
        return scores

    def _score(self, rows: Rows) -> Scores:
        if self._all is not None:
            return self._all[rows]
        scores = self._field.vectors.scores(self.query, rows)
        scores[np.isin(rows, self._hidden)] = 0.0
        return scores

    def row_scores(self, owner: int) -> Scores:
        """The score of every row of one owner."""
        return self._score(np.array(self._field.rows_of(owner), dtype=np.int64))

    def scores(self, owners: Sequence[int]) -> FieldScores:
        """Best and sum for each owner; one without rows scores nothing. Scores below 0 count as 0."""
        starts, counts = self._field.bounds(owners)
        best = np.zeros(len(owners), dtype=np.float32)
        total = np.zeros(len(owners), dtype=np.float32)
        filled = np.flatnonzero(counts)
        if len(filled):
            begins = np.cumsum(counts) - counts
            rows = np.arange(counts.sum()) + np.repeat(starts - begins, counts)
            scores = np.maximum(self._score(rows), 0.0)
            best[filled] = np.maximum.reduceat(scores, begins[filled])
            total[filled] = np.add.reduceat(scores, begins[filled])
        return FieldScores(best, total, counts.astype(np.float32))
