"""Embeddings kept on disk, so that a text seen before is never computed again."""

import hashlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from kb_index.embedding import SentenceEncoder, Vectors, encode_layers, middle_dimension_of, vocabulary_of

_MAX_ROWS = 400_000
_CHUNK = 512
_BOTH = "+middle"
"""Marks rows of both layers side by side: no row of the sentence vector alone is ever taken for one."""
_log = logging.getLogger(__name__)


class CachedEncoder:
    """A `LayeredEncoder` for bulk work that first looks into an sqlite file.

    Rows are keyed by a hash of model id, layers and text; no text is stored. The file may be shared by several
    processes and thrown away at any time; a damaged one is started afresh. Beyond 400,000 rows (about
    600 MB for 384 dimensions, twice that for two layers) the oldest go.
    """

    def __init__(
        self, encoder: SentenceEncoder, path: Path, progress: Callable[[int, int], None] | None = None
    ) -> None:
        self._encoder = encoder
        self._path = path
        self._progress = progress
        self._lock = threading.Lock()
        self.model_id = encoder.model_id
        self.dimension = encoder.dimension
        self.middle_dimension = middle_dimension_of(encoder)
        self.vocabulary = vocabulary_of(encoder)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `SentenceEncoder.encode`; equal texts are computed once."""
        return self._rows(texts, self.model_id, self.dimension, self._encoder.encode)

    def encode_layers(self, texts: Sequence[str]) -> tuple[Vectors, Vectors]:
        """See `LayeredEncoder.encode_layers`; as `encode`."""
        if not self.middle_dimension:
            return self.encode(texts), np.zeros((len(texts), 0), dtype=np.float32)
        rows = self._rows(
            texts,
            self.model_id + _BOTH,
            self.dimension + self.middle_dimension,
            lambda part: np.hstack(encode_layers(self._encoder, part)),
        )
        return rows[:, : self.dimension], rows[:, self.dimension :]

    def _rows(self, texts: Sequence[str], kind: str, width: int, encode: Callable[[Sequence[str]], Vectors]) -> Vectors:
        """The rows of this kind, of this width; those that are not known are computed by `encode`."""
        keys = [hashlib.sha256(f"{kind}\0{text}".encode("utf-8", "replace")).digest() for text in texts]
        with self._lock:
            known = self._read(set(keys), width)
            missing = list({key: text for key, text in zip(keys, texts, strict=True) if key not in known}.items())
            for start in range(0, len(missing), _CHUNK):
                part = missing[start : start + _CHUNK]
                fresh = dict(zip([k for k, _ in part], encode([t for _, t in part]), strict=True))
                self._write(fresh)
                known |= fresh
                if self._progress:
                    self._progress(start + len(part), len(missing))
        if not keys:
            return np.zeros((0, width), dtype=np.float32)
        return np.stack([known[key] for key in keys]).astype(np.float32)

    def _read(self, keys: set[bytes], width: int) -> dict[bytes, Vectors]:
        found: dict[bytes, Vectors] = {}
        wanted = sorted(keys)
        try:
            with closing(self._open()) as database:
                for start in range(0, len(wanted), _CHUNK):
                    part = wanted[start : start + _CHUNK]
                    marks = ",".join("?" * len(part))
                    rows = database.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", part)  # noqa: S608
                    found |= {key: np.frombuffer(blob, dtype=np.float32) for key, blob in rows}
        except sqlite3.Error as error:
            self._start_afresh(error)
            return {}
        return {key: vector for key, vector in found.items() if len(vector) == width}

    def _write(self, fresh: dict[bytes, Vectors]) -> None:
        rows = [(key, vector.astype(np.float32).tobytes()) for key, vector in fresh.items()]
        try:
            with closing(self._open()) as database, database:
                database.executemany("INSERT OR REPLACE INTO vectors (key, vector) VALUES (?, ?)", rows)
                database.execute("DELETE FROM vectors WHERE rowid <= (SELECT max(rowid) FROM vectors) - ?", [_MAX_ROWS])
        except sqlite3.Error as error:
            _log.warning("embeddings were not kept in %s: %s", self._path, error)

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self._path, timeout=30)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB NOT NULL UNIQUE, vector BLOB NOT NULL)")
        return database

    def _start_afresh(self, error: sqlite3.Error) -> None:
        if isinstance(error, sqlite3.OperationalError):
            _log.warning("the embedding cache %s is not readable now: %s", self._path, error)
            return
        _log.warning("the embedding cache %s is damaged (%s): starting it afresh", self._path, error)
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
