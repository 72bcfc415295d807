import numpy as np
import pytest

from bot.brain.nlu.centres import MOST, Centres, centre_weight

CHANCE = np.random.default_rng(3)


def _rows(count: int = 12, labels: int = 3) -> tuple[np.ndarray, np.ndarray]:
    vectors = CHANCE.normal(size=(count, 8)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.arange(count) % labels


def _centres(vectors: np.ndarray, labels: np.ndarray, trusted: np.ndarray | None = None) -> Centres:
    return Centres(vectors, labels, np.ones(len(labels), dtype=bool) if trusted is None else trusted, 1.0)


def test_a_message_is_nearest_to_the_middle_of_its_own_kind() -> None:
    vectors, labels = _rows()
    vectors[:] = np.eye(8, dtype=np.float32)[labels]
    directions = _centres(vectors, labels).directions()
    assert ((vectors @ directions.T).argmax(axis=1) == labels).all()


def test_what_all_intents_have_in_common_adds_nothing() -> None:
    vectors, labels = _rows()
    directions = _centres(vectors, labels).directions()
    assert np.allclose(directions.sum(axis=0), 0, atol=1e-5)


def test_a_row_left_out_scores_as_if_it_had_never_been_there() -> None:
    vectors, labels = _rows()
    centres = _centres(vectors, labels)
    for row in range(len(labels)):
        others = np.delete(np.arange(len(labels)), row)
        really = vectors[row] @ _centres(vectors[others], labels[others]).directions().T
        assert np.allclose(centres.left_out()[row], really, atol=1e-5)


def test_rows_left_out_together_score_as_if_none_of_them_had_been_there() -> None:
    vectors, labels = _rows()
    out, rest = np.array([0, 1, 3]), np.array([2, 4, 5, 6, 7, 8, 9, 10, 11])
    really = vectors[out] @ _centres(vectors[rest], labels[rest]).directions().T
    assert np.allclose(_centres(vectors, labels).left_out_together(out), really, atol=1e-5)


def test_a_row_that_is_probably_misfiled_has_no_part_in_a_middle() -> None:
    vectors, labels = _rows()
    trusted = np.arange(len(labels)) != 4
    rest = np.flatnonzero(trusted)
    without = _centres(vectors[rest], labels[rest])
    centres = _centres(vectors, labels, trusted)
    assert np.allclose(centres.directions(), without.directions(), atol=1e-5)
    assert np.allclose(centres.left_out()[4], vectors[4] @ without.directions().T, atol=1e-5)
    assert np.allclose(centres.left_out_together(np.array([4])), vectors[4] @ without.directions().T, atol=1e-5)


def test_an_intent_whose_only_row_is_left_out_is_near_nothing() -> None:
    vectors, _ = _rows(3)
    scores = _centres(vectors, np.arange(3)).left_out()
    assert np.isfinite(scores).all()
    # Nothing, less the mean over the three intents.
    assert scores[0, 0] == pytest.approx(-(vectors[0] @ (vectors[1] + vectors[2])) / 3, abs=1e-5)


@pytest.mark.parametrize(
    ("rows", "weight"), [(1, MOST), (5, MOST), (10, MOST), (20, 0.15), (59, 3 / 59), (60, 0), (130, 0)]
)
def test_the_more_examples_the_less_their_middle_counts(rows: float, weight: float) -> None:
    assert centre_weight(rows) == pytest.approx(weight)
