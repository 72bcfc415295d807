"""BM25 over rows of text, kept up to date row by row: the scores after a change are those of a fresh build."""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kb_index.words import stems

Scores = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]

K1, B = 1.2, 0.75
_MAX_QUERY_TERMS = 64


class KeywordIndex:
    """Postings by term: a packed part from the build, and lists for rows added since.

    Scoring is BM25 as in Lucene (Robertson and Zaragoza 2009, idf = ln(1 + (N - n + .5) / (n + .5))).
    Removed rows keep their postings but leave the statistics; callers mask them.
    """

    def __init__(self) -> None:
        self._terms: dict[str, int] = {}
        self._starts = np.zeros(1, dtype=np.int64)
        self._rows = np.zeros(0, dtype=np.int32)
        self._counts = np.zeros(0, dtype=np.float32)
        self._added: dict[int, array[int]] = {}  # row, count, row, count, ...
        self._frequency: list[int] = []
        self._lengths: list[int] = []
        self._packed_lengths: Scores = np.zeros(0, dtype=np.float32)
        self._alive = 0
        self._total_length = 0

    def __len__(self) -> int:
        return len(self._lengths)

    @property
    def vocabulary(self) -> Mapping[str, int]:
        """Known stems and their numbers."""
        return self._terms

    def frequency(self, term: str) -> int:
        """How many living rows hold the stem."""
        number = self._terms.get(term)
        return 0 if number is None else self._frequency[number]

    def holds(self, row: int, term: str) -> bool:
        """Whether a row holds the stem."""
        number = self._terms.get(term)
        return number is not None and any(row in rows for rows, _ in self._postings(number))

    def add(self, text: str) -> int:
        """Appends a row and returns its number."""
        row = len(self._lengths)
        counts = Counter(stems(text))
        for term, count in counts.items():
            number = self._number(term)
            self._added.setdefault(number, array("i")).extend((row, count))
            self._frequency[number] += 1
        self._lengths.append(counts.total())
        self._alive += 1
        self._total_length += counts.total()
        return row

    def score_counts(self, counts: Mapping[str, int], terms: Mapping[str, float]) -> float:
        """What a text with these stems would score as a row, by the present statistics."""
        average = max(self._total_length, 1) / max(self._alive, 1)
        norm = K1 * (1 - B + B * sum(counts.values()) / average)
        gains = {term: weight * self.idf(term) for term, weight in _strongest(terms)}
        ceiling = sum(gains.values())
        found = sum(gain * counts[term] / (counts[term] + norm) for term, gain in gains.items() if term in counts)
        return found / ceiling if ceiling else 0.0

    def remove(self, row: int, text: str) -> None:
        """Takes a row out of the statistics; `text` is what was added."""
        for term in set(stems(text)):
            self._frequency[self._terms[term]] -= 1
        self._alive -= 1
        self._total_length -= self._lengths[row]

    def scores(self, terms: Mapping[str, float]) -> Scores:
        """BM25 of every row for weighted stems, divided by the highest any row could have: 0 to 1."""
        result = np.zeros(len(self._lengths), dtype=np.float32)
        ceiling = 0.0
        norms = self._norms()
        for term, weight in _strongest(terms):
            gain = weight * self.idf(term)
            ceiling += gain * (K1 + 1)
            number = self._terms.get(term)
            if number is None:
                continue
            for rows, counts in self._postings(number):
                result[rows] += gain * (K1 + 1) * counts / (counts + norms[rows])
        return result / ceiling if ceiling else result

    def idf(self, term: str) -> float:
        """Rarity of a stem; an unknown one is the rarest."""
        frequency = self.frequency(term)
        return float(np.log1p((max(self._alive, 1) - frequency + 0.5) / (frequency + 0.5)))

    def _norms(self) -> Scores:
        if len(self._packed_lengths) != len(self._lengths):
            self._packed_lengths = np.array(self._lengths, dtype=np.float32)
        average = max(self._total_length, 1) / max(self._alive, 1)
        return (K1 * (1 - B + B * self._packed_lengths / average)).astype(np.float32)

    def _postings(self, number: int) -> Iterable[tuple[Rows, Scores]]:
        if number + 1 < len(self._starts):
            part = slice(self._starts[number], self._starts[number + 1])
            yield self._rows[part], self._counts[part]
        if added := self._added.get(number):
            pairs = np.array(added, dtype=np.int32).reshape(-1, 2)
            yield pairs[:, 0], pairs[:, 1].astype(np.float32)

    def _number(self, term: str) -> int:
        number = self._terms.setdefault(term, len(self._terms))
        if number == len(self._frequency):
            self._frequency.append(0)
        return number

    def pack(self) -> None:
        """Moves the added rows into the packed arrays: less memory, faster search."""
        starts = [0]
        parts: list[tuple[Rows, Scores]] = []
        for number in range(len(self._terms)):
            fresh = list(self._postings(number))
            starts.append(starts[-1] + sum(len(rows) for rows, _ in fresh))
            parts += fresh
        self._starts = np.array(starts, dtype=np.int64)
        self._rows = np.concatenate([rows for rows, _ in parts]) if parts else np.zeros(0, dtype=np.int32)
        self._counts = np.concatenate([counts for _, counts in parts]) if parts else np.zeros(0, dtype=np.float32)
        self._added = {}

    def save(self, path: Path) -> None:
        """Writes the packed form; only for an index without removed rows."""
        self.pack()
        np.savez(
            path,
            terms=np.frombuffer("\n".join(self._terms).encode(), dtype=np.uint8),
            starts=self._starts,
            rows=self._rows,
            counts=self._counts.astype(np.uint16),
            lengths=np.array(self._lengths, dtype=np.int32),
        )

    @classmethod
    def load(cls, path: Path) -> "KeywordIndex":
        """Reads what `save` wrote."""
        index = cls()
        with np.load(path, allow_pickle=False) as data:
            joined = data["terms"].tobytes().decode()
            index._terms = {term: number for number, term in enumerate(joined.split("\n") if joined else [])}
            index._starts, index._rows = data["starts"], data["rows"]
            index._counts = data["counts"].astype(np.float32)
            index._lengths = data["lengths"].tolist()
        index._frequency = np.diff(index._starts).tolist()
        index._alive = len(index._lengths)
        index._total_length = sum(index._lengths)
        return index


def _strongest(terms: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(terms.items(), key=lambda item: -item[1])[:_MAX_QUERY_TERMS]
