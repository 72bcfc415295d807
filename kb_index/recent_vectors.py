"""The latest embeddings kept in memory: several readers ask for one message, and customers repeat each other."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from kb_index.embedding import SentenceEncoder, Vectors, encode_layers, middle_dimension_of, vocabulary_of

REMEMBERED = 4_096
"""Texts; 6 MB of vectors of 384 numbers, twice that with those of a middle layer."""
LONGEST = 1_000
"""Characters; longer texts are hardly ever written twice."""
MOST_EXPECTED = 64
TOGETHER, TOGETHER_LONGEST = 8, 160
"""So many expected texts are computed along with one that is asked for, none longer than so many characters."""


class RecentEncoder:
    """A `LayeredEncoder` that remembers what it was asked for last; the vectors are the encoder's own.

    Both layers come from one run, so both are remembered whichever was asked for.

    The network spends half of a short text's time on fetching its weights, so texts that are known to be asked for
    soon (`expect`) are computed together with the next one that is.
    """

    def __init__(self, encoder: SentenceEncoder, remembered: int = REMEMBERED) -> None:
        self._encoder = encoder
        self._remembered = remembered
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._expected: OrderedDict[str, None] = OrderedDict()
        self._ahead: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()
        self.model_id = encoder.model_id
        self.dimension = encoder.dimension
        self.middle_dimension = middle_dimension_of(encoder)
        self.vocabulary = vocabulary_of(encoder)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `SentenceEncoder.encode`; only texts not asked for lately are computed, all of them together."""
        return self._rows(texts, slice(0, self.dimension))

    def encode_layers(self, texts: Sequence[str]) -> tuple[Vectors, Vectors]:
        """See `LayeredEncoder.encode_layers`; as `encode`."""
        rows = self._rows(texts, slice(None))
        return rows[:, : self.dimension], rows[:, self.dimension :]

    def _rows(self, texts: Sequence[str], part: slice) -> Vectors:
        """This part of the rows of both layers side by side."""
        known = self._recall(texts)
        missing = list(dict.fromkeys(text for text in texts if text not in known))
        if missing:
            soon = self._soon(missing)
            wanted = [*missing, *soon]
            fresh = dict(zip(wanted, np.hstack(encode_layers(self._encoder, wanted)), strict=True))
            self._remember(fresh, soon)
            known |= fresh
        width = len(range(*part.indices(self.dimension + self.middle_dimension)))
        rows = np.empty((len(texts), width), dtype=np.float32)
        for row, text in enumerate(texts):
            rows[row] = known[text][part]
        return rows

    def expect(self, texts: Sequence[str]) -> None:
        """Say what will be asked for soon. Costs nothing if it never is; may be called from any thread."""
        with self._lock:
            for text in texts:
                if text in self._vectors:
                    self._put_ahead([text])
                elif len(text) <= TOGETHER_LONGEST and text.strip():
                    self._expected[text] = None
            while len(self._expected) > MOST_EXPECTED:
                self._expected.popitem(last=False)

    def ahead(self) -> list[Vectors]:
        """The latest vectors of texts that were expected, are computed and have not been asked for yet."""
        return [rows[: self.dimension] for rows in self.ahead_layers()]

    def ahead_layers(self) -> list[Vectors]:
        """The same with the middle layer's beside each."""
        with self._lock:
            return list(self._ahead.values())

    def _soon(self, missing: Sequence[str]) -> list[str]:
        with self._lock:
            for text in missing:
                self._expected.pop(text, None)
            if any(len(text) > TOGETHER_LONGEST for text in missing):
                return []  # padded to its length, the others would cost more than by themselves
            waiting = [text for text in self._expected if text not in self._vectors]
            self._expected = OrderedDict.fromkeys(waiting[TOGETHER:])
            return waiting[:TOGETHER]

    def _recall(self, texts: Sequence[str]) -> dict[str, Vectors]:
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
            for text in known:
                self._vectors.move_to_end(text)
                self._ahead.pop(text, None)
            return known

    def _remember(self, fresh: dict[str, Vectors], soon: Sequence[str]) -> None:
        with self._lock:
            for text, vector in fresh.items():
                if len(text) <= LONGEST:
                    self._vectors[text] = vector.copy()  # a row by itself would keep its whole batch
            self._put_ahead(soon)
            while len(self._vectors) > self._remembered:
                self._vectors.popitem(last=False)

    def _put_ahead(self, texts: Sequence[str]) -> None:
        self._ahead.update({text: self._vectors[text] for text in texts})
        while len(self._ahead) > TOGETHER:
            self._ahead.popitem(last=False)
