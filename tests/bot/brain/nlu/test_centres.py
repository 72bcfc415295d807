import numpy as np
import pytest

from bot.brain.nlu.centres import MOST, Centres, centre_weight

CHANCE = np.random.default_rng(3)


def _rows(count: int = 12, labels: int = 3) -> tuple[np.ndarray, np.ndarray]:
    vectors = CHANCE.normal(size=(count, 8)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.arange(count) % labels


def test_a_message_is_nearest_to_the_middle_of_its_own_kind() -> None:
    vectors, labels = _rows()
    vectors[:] = np.eye(8, dtype=np.float32)[labels]
    directions = Centres(vectors, labels, 3).directions()
    assert ((vectors @ directions.T).argmax(axis=1) == labels).all()


def test_what_all_intents_have_in_common_adds_nothing() -> None:
    vectors, labels = _rows()
    directions = Centres(vectors, labels, 3).directions()
    assert np.allclose(directions.sum(axis=0), 0, atol=1e-5)


def test_a_row_left_out_scores_as_if_it_had_never_been_there() -> None:
    vectors, labels = _rows()
    centres = Centres(vectors, labels, 3)
    for row in range(len(labels)):
        others = np.delete(np.arange(len(labels)), row)
        really = vectors[row] @ Centres(vectors[others], labels[others], 3).directions().T
        assert np.allclose(centres.left_out()[row], really, atol=1e-5)


def test_rows_left_out_together_score_as_if_none_of_them_had_been_there() -> None:
    vectors, labels = _rows()
    out, rest = np.array([0, 1, 3]), np.array([2, 4, 5, 6, 7, 8, 9, 10, 11])
    really = vectors[out] @ Centres(vectors[rest], labels[rest], 3).directions().T
    assert np.allclose(Centres(vectors, labels, 3).left_out_together(out), really, atol=1e-5)


def test_an_intent_whose_only_row_is_left_out_is_near_nothing() -> None:
    vectors, _ = _rows(3)
    scores = Centres(vectors, np.arange(3), 3).left_out()
    assert np.isfinite(scores).all()
    # Nothing, less the mean over the three intents.
    assert scores[0, 0] == pytest.approx(-(vectors[0] @ (vectors[1] + vectors[2])) / 3, abs=1e-5)


@pytest.mark.parametrize(
    ("rows", "weight"), [(1, MOST), (5, MOST), (10, MOST), (20, 0.15), (59, 3 / 59), (60, 0), (130, 0)]
)
def test_the_more_examples_the_less_their_middle_counts(rows: float, weight: float) -> None:
    assert centre_weight(rows) == pytest.approx(weight)
