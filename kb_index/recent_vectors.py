"""The latest embeddings kept in memory: several readers ask for one message, and customers repeat each other."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from kb_index.embedding import SentenceEncoder, Vectors, vocabulary_of

REMEMBERED = 4_096
"""Texts; 6 MB of vectors of 384 numbers."""
LONGEST = 1_000
"""Characters; longer texts are hardly ever written twice."""


class RecentEncoder:
    """A `SentenceEncoder` that remembers what it was asked for last; the vectors are the encoder's own."""

    def __init__(self, encoder: SentenceEncoder, remembered: int = REMEMBERED) -> None:
        self._encoder = encoder
        self._remembered = remembered
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()
        self.model_id = encoder.model_id
        self.dimension = encoder.dimension
        self.vocabulary = vocabulary_of(encoder)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `SentenceEncoder.encode`; only texts not asked for lately are computed, all of them together."""
        known = self._recall(texts)
        missing = list(dict.fromkeys(text for text in texts if text not in known))
        if missing:
            fresh = dict(zip(missing, self._encoder.encode(missing), strict=True))
            self._remember(fresh)
            known |= fresh
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            rows[row] = known[text]
        return rows

    def _recall(self, texts: Sequence[str]) -> dict[str, Vectors]:
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
            for text in known:
                self._vectors.move_to_end(text)
            return known

    def _remember(self, fresh: dict[str, Vectors]) -> None:
        with self._lock:
            for text, vector in fresh.items():
                if len(text) <= LONGEST:
                    self._vectors[text] = vector.copy()  # a row by itself would keep its whole batch
            while len(self._vectors) > self._remembered:
                self._vectors.popitem(last=False)
