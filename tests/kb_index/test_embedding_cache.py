"""The embedding cache: computes each text once, survives damage, never mixes models."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kb_index.embedding import Vectors
from kb_index.embedding_cache import CachedEncoder


class CountingEncoder:
    """Vectors that depend on model and text; remembers what it was asked."""

    dimension = 4

    def __init__(self, model_id: str) -> None:
        self.model_id = model_id
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        rows = np.array([[len(text), len(self.model_id), 1, 0] for text in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_a_text_is_computed_once_over_runs(tmp_path: Path) -> None:
    inner = CountingEncoder("m")
    first = CachedEncoder(inner, tmp_path / "c.sqlite").encode(["a", "bb", "a"])
    again = CachedEncoder(inner, tmp_path / "c.sqlite").encode(["bb", "ccc", "a"])
    assert inner.asked == ["a", "bb", "ccc"]
    assert np.array_equal(first[0], first[2])
    assert np.array_equal(again[2], first[0])


def test_models_do_not_share_vectors(tmp_path: Path) -> None:
    one, two = CountingEncoder("m"), CountingEncoder("other")
    a = CachedEncoder(one, tmp_path / "c.sqlite").encode(["text"])
    b = CachedEncoder(two, tmp_path / "c.sqlite").encode(["text"])
    assert two.asked == ["text"]
    assert not np.array_equal(a, b)


def test_a_damaged_file_is_started_afresh(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    path.write_bytes(b"this is no database" * 200)
    inner = CountingEncoder("m")
    CachedEncoder(inner, path).encode(["a"])
    CachedEncoder(inner, path).encode(["a"])
    assert inner.asked == ["a"]


def test_an_unwritable_place_only_costs_time(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.mkdir()
    rows = CachedEncoder(CountingEncoder("m"), blocker).encode(["a"])
    assert rows.shape == (1, 4)


def test_progress_counts_what_is_computed(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    cached = CachedEncoder(CountingEncoder("m"), tmp_path / "c", progress=lambda done, of: seen.append((done, of)))
    cached.encode([str(i) for i in range(1000)])
    cached.encode(["1"])
    assert seen == [(512, 1000), (1000, 1000)]


def test_no_texts(tmp_path: Path) -> None:
    assert CachedEncoder(CountingEncoder("m"), tmp_path / "c").encode([]).shape == (0, 4)


class LayeredEncoder(CountingEncoder):
    """A `CountingEncoder` whose middle layer gives two numbers."""

    middle_dimension = 2

    def encode_layers(self, texts: Sequence[str]) -> tuple[Vectors, Vectors]:
        return self.encode(texts), np.array([[len(text), 7] for text in texts], dtype=np.float32).reshape(-1, 2)


def test_rows_of_one_layer_are_never_taken_for_rows_of_two(tmp_path: Path) -> None:
    inner = LayeredEncoder("m")
    cached = CachedEncoder(inner, tmp_path / "c.sqlite")
    alone = cached.encode(["a", "bb"])
    sentence, middle = cached.encode_layers(["a", "ccc"])
    assert inner.asked == ["a", "bb", "a", "ccc"]
    again = CachedEncoder(inner, tmp_path / "c.sqlite")
    assert np.array_equal(again.encode(["a", "bb"]), alone)
    assert [layer.tolist() for layer in again.encode_layers(["a", "ccc"])] == [sentence.tolist(), middle.tolist()]
    assert middle.tolist() == [[1, 7], [3, 7]]
    assert len(inner.asked) == 4
    assert [layer.shape for layer in again.encode_layers([])] == [(0, 4), (0, 2)]


def test_an_encoder_of_one_layer_has_no_middle_vectors(tmp_path: Path) -> None:
    sentence, middle = CachedEncoder(CountingEncoder("m"), tmp_path / "c").encode_layers(["a"])
    assert (sentence.shape, middle.shape) == ((1, 4), (1, 0))
