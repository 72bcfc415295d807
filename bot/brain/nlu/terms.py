"""Words and pieces of words as sparse vectors: what was literally written, beside what it means."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

_WORD = re.compile(r"\w+(?:'\w+)?")
_PIECES = range(2, 6)


def words(text: str) -> Iterator[str]:
    """Single words and neighbouring pairs, in lower case."""
    single = _WORD.findall(text.lower())
    yield from single
    for left, right in itertools.pairwise(single):
        yield f"{left} {right}"


def pieces(text: str) -> Iterator[str]:
    """Runs of two to five characters inside each word with its borders marked; they survive typing errors."""
    for word in text.lower().split():
        padded = f" {word} "
        for size in _PIECES:
            yield from (padded[at : at + size] for at in range(max(1, len(padded) - size + 1)))
            if len(padded) <= size:
                break


ANALYZERS = {"words": words, "pieces": pieces}


@dataclass(frozen=True)
class TermSpace:
    """TF-IDF with sublinear counts over one analyzer's terms; rows have unit length.

    Salton & Buckley 1988, with the smoothed inverse document frequency of scikit-learn.
    """

    analyzer: str
    vocabulary: dict[str, int]
    idf: npt.NDArray[np.float32]

    @classmethod
    def fit(cls, analyzer: str, texts: Iterable[str]) -> TermSpace:
        """Vocabulary and weights of the texts."""
        analyze = ANALYZERS[analyzer]
        documents = 0
        frequency: Counter[str] = Counter()
        for text in texts:
            documents += 1
            frequency.update(set(analyze(text)))
        vocabulary = {term: column for column, term in enumerate(sorted(frequency))}
        counts = np.array([frequency[term] for term in vocabulary], dtype=np.float64)
        idf = np.log((1 + documents) / (1 + counts)) + 1
        return cls(analyzer, vocabulary, idf.astype(np.float32))

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """One row a text; unknown terms are left out, a text of nothing known is a zero row."""
        analyze, vocabulary = ANALYZERS[self.analyzer], self.vocabulary
        columns: list[int] = []
        counts: list[int] = []
        starts = [0]
        for text in texts:
            known = Counter(vocabulary[term] for term in analyze(text) if term in vocabulary)
            columns.extend(known)
            counts.extend(known.values())
            starts.append(len(columns))
        where = np.array(columns, dtype=np.int32)
        weights = (1 + np.log(np.array(counts, dtype=np.float32))) * self.idf[where]
        rows = sparse.csr_matrix((weights, where, starts), shape=(len(texts), len(vocabulary)), dtype=np.float32)
        return _unit_rows(rows)


def _unit_rows(rows: sparse.csr_matrix) -> sparse.csr_matrix:
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    return sparse.csr_matrix(sparse.diags(1 / lengths).astype(np.float32) @ rows)
