"""The sentence encoders of this process: one a model, wherever the pipeline needs it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from kb_index.embedding import DEFAULT_CACHE_DIR, SentenceEncoder, load_encoder
from kb_index.embedding_cache import CachedEncoder
from kb_index.recent_vectors import RecentEncoder

CACHE_FILE = "sentence-vectors.sqlite"


class _Place:
    """Where prepared models and known vectors are kept; said once by whoever starts the process."""

    cache_dir = DEFAULT_CACHE_DIR
    vectors_kept = True
    one_for_all = False


def keep_under(cache_dir: Path) -> None:
    """Keep prepared models and vectors under `cache_dir` from now on (default `var/cache`)."""
    _Place.cache_dir = cache_dir


def load_only_one() -> None:
    """Let messages as they come share the loaded model with trainings: for a process that trains and ends."""
    _Place.one_for_all = True


def serving_encoder(model: str | None) -> RecentEncoder:
    """For messages as they come: one thread, shared by all components and models in memory."""
    return _serving(model, _Place.cache_dir)


def bulk_encoder(model: str | None) -> SentenceEncoder:
    """For trainings: all cores, and every text only once over all trainings."""
    cache_dir = _Place.cache_dir
    encoder = _bulk(model, cache_dir)
    return CachedEncoder(encoder, cache_dir / CACHE_FILE) if _Place.vectors_kept else encoder


@contextmanager
def forgetting_vectors() -> Iterator[None]:
    """Within it every text is encoded anew, so that a measured training has done all its work."""
    kept, _Place.vectors_kept = _Place.vectors_kept, False
    try:
        yield
    finally:
        _Place.vectors_kept = kept


@lru_cache(maxsize=2)
def _serving(model: str | None, cache_dir: Path) -> RecentEncoder:
    return RecentEncoder(_bulk(model, cache_dir) if _Place.one_for_all else load_encoder(model, cache_dir))


@lru_cache(maxsize=1)
def _bulk(model: str | None, cache_dir: Path) -> SentenceEncoder:
    # Every trained component asks for it, and so does the test on held-out rows.
    return load_encoder(model, cache_dir, threads=os.cpu_count() or 1)
