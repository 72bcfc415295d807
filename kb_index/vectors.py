"""Vectors by row: exact search while that is fast, a graph (HNSW) above, exact scores always."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from kb_index.embedding import Vectors
from kb_index.integer_rows import IntegerRows, integers_are_quick

Rows = npt.NDArray[np.int64]

# One pass over this many rows of 384 floats takes about 2 ms; walking the graph of 100,000 rows takes less.
EXACT_ROWS = 8_000
_FEW = 32
# So many rows are worth being kept as integers too, for comparing all of them; fewer stay near the processor.
_WORTH_QUICK = 1_000
_NEIGHBOURS, _EFFORT_BUILD, _EFFORT_SEARCH = 32, 120, 200


# The mean of fewer rows than about this says more about chance than about the subject.
_SHRINKAGE = 50
_SPARE_ROWS = 2_000
# The graph compares rows squeezed to 8 bits: enough candidates make up for it once they are scored exactly.
_MIN_CANDIDATES = 100


def center_of(vectors: Vectors) -> Vectors:
    """What all rows have in common, shrunk towards nothing where there are few rows."""
    if not len(vectors):
        return np.zeros(vectors.shape[1], dtype=np.float32)
    center: Vectors = vectors.mean(axis=0) * (len(vectors) / (len(vectors) + _SHRINKAGE))
    return center.astype(np.float32)


class VectorIndex:
    """Unit vectors less their common part, searched by cosine; rows are appended and masked, never moved.

    All texts of one shop share a direction ("a shop's help"). Taking it out (Arora and others 2017, Mu and Viswanath
    2018) leaves what tells them apart.

    Up to `exact_rows` rows every row is compared. Above, an HNSW graph (Malkov and Yashunin 2018, faiss) over the
    rows finds candidates, which are then scored exactly.
    """

    def __init__(self, center: Vectors, exact_rows: int = EXACT_ROWS) -> None:
        self.dimension = len(center)
        self.center = center
        self._exact_rows = exact_rows
        self._store: Vectors = np.zeros((0, len(center)), dtype=np.float32)
        self._scales: Vectors = np.zeros(0, dtype=np.float32)
        self._count = 0
        self._graph: Any = None  # faiss' own types do not check
        self._quick: IntegerRows | None = None

    def __len__(self) -> int:
        return self._count

    def original(self, rows: range) -> Vectors:
        """The vectors of rows as they were added."""
        part = slice(rows.start, rows.stop)
        vectors: Vectors = self._store[part] * self._scales[part, None] + self.center
        return vectors

    def rows(self, chosen: Sequence[int] | Rows) -> Vectors:
        """Prepared vectors of rows, as `scores` compares them."""
        vectors: Vectors = self._store[np.asarray(chosen, dtype=np.int64)]
        return vectors

    def prepare(self, vectors: Vectors) -> tuple[Vectors, Vectors]:
        """Vectors less the common part, of unit length again, and the lengths they had."""
        moved = vectors - self.center
        scales: Vectors = np.maximum(np.linalg.norm(moved, axis=-1), 1e-6).astype(np.float32)
        return (moved / scales[..., None]).astype(np.float32), scales

    @property
    def exact(self) -> bool:
        """Whether every row is compared on each search."""
        return self._graph is None

    def add(self, vectors: Vectors) -> range:
        """Appends rows and returns their numbers."""
        first, need = self._count, self._count + len(vectors)
        if need > len(self._store):
            self._grow(max(need, int(len(self._store) * 1.2)))
        self._store[first:need], self._scales[first:need] = self.prepare(vectors)
        self._count = need
        if self._graph is not None:
            self._graph.add(self._store[first:need])
        return range(first, need)

    def _grow(self, size: int) -> None:
        store = np.empty((size, self.dimension), dtype=np.float32)
        scales = np.ones(size, dtype=np.float32)
        store[: self._count], scales[: self._count] = self._store[: self._count], self._scales[: self._count]
        self._store, self._scales = store, scales

    def build_graph(self) -> None:
        """Makes the graph if there are enough rows for one; call once after bulk loading."""
        if self._count <= self._exact_rows:
            return
        eight_bits: Any = faiss.ScalarQuantizer.QT_8bit
        graph = faiss.IndexHNSWSQ(self.dimension, eight_bits, _NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
        graph.hnsw.efConstruction = _EFFORT_BUILD
        graph.train(self._store[: self._count])
        graph.add(self._store[: self._count])
        self._set_graph(graph)

    def _set_graph(self, graph: Any) -> None:
        graph.hnsw.efSearch = _EFFORT_SEARCH
        self._graph = graph

    def nearest(self, query: Vectors, count: int) -> Rows:
        """Rows nearest to one prepared vector, best first; removed rows are for the caller to skip."""
        count = min(count, self._count)
        if count == 0:
            return np.zeros(0, dtype=np.int64)
        if self._graph is None:
            return top(self.scores(query), count)
        _, found = self._graph.search(query.reshape(1, -1), min(max(2 * count, _MIN_CANDIDATES), self._count))
        rows: Rows = found[0][found[0] >= 0]
        best: Rows = rows[top(self.scores(query, rows), count)]
        return best

    def scores(self, query: Vectors, rows: Rows | None = None) -> Vectors:
        """Cosines with one prepared vector, of all rows or of the given ones."""
        chosen = self._store[: self._count] if rows is None else self._store[rows]
        products: Vectors = chosen @ query
        return products

    def all_scores(self, queries: Vectors) -> Vectors:
        """Cosines of several prepared vectors with all rows, one line a vector: as `scores`, in one product.

        To within `IntegerRows.ERROR` of them where this processor compares integers in less time.
        """
        if self._quick is None and self._count >= _WORTH_QUICK and integers_are_quick():
            self._quick = IntegerRows(self._store[: self._count])
        if self._quick is None:
            return products(queries, self._store[: self._count])
        added = products(queries, self._store[len(self._quick) : self._count])
        return np.hstack([self._quick.products(queries), added])

    def save(self, stem: Path) -> None:
        """Writes `stem`.npz and, if there is a graph, `stem`.hnsw."""
        np.savez(
            stem.with_suffix(".npz"),
            vectors=self._store[: self._count],
            scales=self._scales[: self._count],
            center=self.center,
        )
        if self._graph is not None:
            faiss.write_index(self._graph, str(stem.with_suffix(".hnsw")))

    @classmethod
    def load(cls, stem: Path, exact_rows: int = EXACT_ROWS) -> "VectorIndex":
        """Reads what `save` wrote."""
        with np.load(stem.with_suffix(".npz"), allow_pickle=False) as data:
            index = cls(data["center"], exact_rows)
            index._store, index._scales = data["vectors"], data["scales"]
        index._count = len(index._store)
        # Room for live changes now: copying everything at the first of them would make it wait.
        index._grow(index._count + _SPARE_ROWS)
        if stem.with_suffix(".hnsw").is_file():
            index._set_graph(faiss.read_index(str(stem.with_suffix(".hnsw"))))
        return index


def top(scores: npt.NDArray[np.float32], count: int) -> Rows:
    """Positions of the highest scores, best first, equal ones in order of position."""
    if count < len(scores):
        chosen = np.argpartition(-scores, count - 1)[:count]
        chosen.sort()
    else:
        chosen = np.arange(len(scores))
    return chosen[np.argsort(-scores[chosen], kind="stable")]


def products(few: Vectors, many: Vectors) -> Vectors:
    """Each of few rows with each of many, (few, many): the many are read from memory once, not put in order first."""
    if len(few) > _FEW:
        return np.asarray(few @ many.T, np.float32)
    return np.ascontiguousarray((many @ few.T).T, np.float32)
