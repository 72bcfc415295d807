"""Vectors: exact while few, a graph above with nearly the same result; changes do not move rows."""

from pathlib import Path

import numpy as np
import pytest

from kb_index.embedding import Vectors
from kb_index.integer_rows import IntegerRows
from kb_index.vectors import VectorIndex, center_of, products, top


def clustered(rows: int, seed: int = 1, width: int = 64) -> Vectors:
    chance = np.random.default_rng(seed)
    centers = chance.normal(size=(40, width))
    vectors = centers[chance.integers(40, size=rows)] + 0.6 * chance.normal(size=(rows, width)) + 0.5
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def filled(vectors: Vectors, exact_rows: int) -> VectorIndex:
    index = VectorIndex(center_of(vectors), exact_rows)
    index.add(vectors)
    index.build_graph()
    return index


def test_the_graph_finds_what_exact_search_finds() -> None:
    vectors, queries = clustered(6_000), clustered(100, seed=2)
    graph, exact = filled(vectors, 1_000), filled(vectors, 10_000)
    assert (graph.exact, exact.exact) == (False, True)
    recall = []
    for query in queries:
        ready = graph.prepare(query)[0]
        recall.append(len(set(graph.nearest(ready, 10)) & set(exact.nearest(ready, 10))) / 10)
    assert np.mean(recall) >= 0.98


def test_rows_added_later_are_found_at_once(tmp_path: Path) -> None:
    index = filled(clustered(3_000), 1_000)
    index.save(tmp_path / "v")
    loaded = VectorIndex.load(tmp_path / "v", 1_000)
    fresh = clustered(3, seed=9)
    assert loaded.add(fresh) == range(3_000, 3_003)
    assert not loaded.exact
    assert loaded.nearest(loaded.prepare(fresh[1])[0], 5)[0] == 3_001


def test_the_vectors_come_back_as_they_were_added(tmp_path: Path) -> None:
    vectors = clustered(300)
    index = filled(vectors, 1_000)
    index.save(tmp_path / "v")
    assert np.allclose(VectorIndex.load(tmp_path / "v").original(range(10, 20)), vectors[10:20], atol=1e-5)


def test_what_all_rows_share_is_taken_out() -> None:
    vectors = clustered(500)
    index = filled(vectors, 1_000)
    raw = float((vectors @ vectors[0]).mean())
    assert raw > 0.15
    assert abs(float(index.scores(index.prepare(vectors[0])[0]).mean())) < raw / 2


def test_an_empty_index_finds_nothing() -> None:
    index = VectorIndex(center_of(np.zeros((0, 8), dtype=np.float32)))
    assert index.nearest(np.ones(8, dtype=np.float32), 5).tolist() == []


def test_top_is_sorted_and_stable() -> None:
    scores = np.array([0.1, 0.9, 0.9, 0.5, 0.9], dtype=np.float32)
    assert top(scores, 4).tolist() == [1, 2, 4, 3]
    assert top(scores, 99).tolist() == [1, 2, 4, 3, 0]


@pytest.mark.parametrize("few", [1, 2, 9, 40])
def test_products_of_few_rows_with_many(few: int) -> None:
    random = np.random.default_rng(few)
    one, other = (random.normal(size=(count, 24)).astype(np.float32) for count in (few, 300))
    found = products(one, other)
    assert found.shape == (few, 300)
    assert found.dtype == np.float32
    assert found.flags["C_CONTIGUOUS"]
    assert np.allclose(found, one @ other.T, atol=1e-4)


@pytest.mark.parametrize("later", [0, 3])
def test_all_rows_compared_at_once_are_as_each_compared_alone(later: int) -> None:
    index = filled(clustered(1_200), 10_000)
    queries = index.prepare(clustered(4, seed=3))[0]
    index.all_scores(queries)  # from now on its rows may be kept as integers too
    if later:
        index.add(clustered(later, seed=4))
    together, alone = index.all_scores(queries), np.stack([index.scores(query) for query in queries])
    assert together.shape == (4, 1_200 + later)
    assert np.abs(together - alone).max() < IntegerRows.ERROR * 2
    assert np.array_equal(together.argmax(axis=1), alone.argmax(axis=1))
