"""Words and pieces of words as sparse vectors: what was literally written, beside what it means."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

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
        yield from _pieces_of(word)


@lru_cache(maxsize=20_000)
def _pieces_of(word: str) -> tuple[str, ...]:
    padded = f" {word} "
    found: list[str] = []
    for size in _PIECES:
        found.extend(padded[at : at + size] for at in range(max(1, len(padded) - size + 1)))
        if len(padded) <= size:
            break
    return tuple(found)


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
        rows = [self.weights(text) for text in texts]
        starts = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([columns for columns, _ in rows]) if rows else np.zeros(0, np.int32)
        weights = np.concatenate([weights for _, weights in rows]) if rows else np.zeros(0, np.float32)
        return sparse.csr_matrix((weights, columns, starts), shape=(len(rows), len(self.vocabulary)))

    def weights(self, text: str) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """The columns of a text's known terms and their weights, whose squares sum to 1."""
        vocabulary = self.vocabulary
        counts = Counter([vocabulary[term] for term in ANALYZERS[self.analyzer](text) if term in vocabulary])
        columns = np.fromiter(counts, dtype=np.int32, count=len(counts))
        times = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        weights = (1 + np.log(times)) * self.idf[columns]
        # A text of nothing known has no weights to divide.
        return columns, weights / np.sqrt(weights @ weights) if len(weights) else weights

    def scores(self, texts: Sequence[str], of_terms: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """What each text's terms add up to: `transform(texts) @ of_terms`, without a sparse matrix for few texts."""
        total = np.zeros((len(texts), of_terms.shape[1]), dtype=np.float32)
        for row, text in enumerate(texts):
            columns, weights = self.weights(text)
            total[row] = weights @ of_terms[columns]
        return total
