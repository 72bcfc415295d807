"""What is worked out ahead: the same results, in fewer goes, and nothing that is true no longer."""

from collections.abc import Sequence

import numpy as np

from kb_index.ahead import KEPT, Ahead, expected_by
from kb_index.embedding import Vectors
from kb_index.recent_vectors import TOGETHER, RecentEncoder


def row(number: float) -> Vectors:
    return np.array([number, 1], dtype=np.float32)


class Work:
    """Doubles the first number of each row; remembers how many rows came at once."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.factor = 2

    def __call__(self, rows: Vectors) -> Sequence[float]:
        self.sizes.append(len(rows))
        return [float(each[0]) * self.factor for each in rows]


def test_those_that_are_expected_are_worked_out_along() -> None:
    work = Work()
    ahead = Ahead(work, lambda: [row(1), row(2), row(3)])
    assert [ahead.of(row(number)) for number in (1, 3, 2)] == [2, 6, 4]
    assert work.sizes == [3]


def test_a_result_is_given_once_and_then_worked_out_again() -> None:
    work = Work()
    waiting = [row(1), row(2)]
    ahead = Ahead(work, lambda: waiting)
    assert ahead.of(row(1)) == 2
    waiting.clear()
    assert [ahead.of(row(2)), ahead.of(row(2))] == [4, 4]
    assert work.sizes == [2, 1]


def test_the_latest_results_are_given_again_where_they_are_remembered() -> None:
    work = Work()
    ahead = Ahead(work, lambda: [row(2)], remembered=20)
    assert [ahead.of(row(number)) for number in (1, 2, 1, 2)] == [2, 4, 2, 4]
    assert work.sizes == [2]
    for number in range(10, 40):
        ahead.of(row(number))
    assert len(ahead._known) == 20
    ahead.forget()
    assert not ahead._known


def test_what_is_true_no_longer_is_forgotten() -> None:
    work = Work()
    ahead = Ahead(work, lambda: [row(1), row(2)])
    ahead.of(row(1))
    work.factor = 10
    ahead.forget()
    assert ahead.of(row(2)) == 20


def test_results_that_nobody_asks_for_do_not_pile_up() -> None:
    work = Work()
    numbers = iter(range(1000, 9000))
    ahead = Ahead(work, lambda: [row(next(numbers)) for _ in range(8)])
    for number in range(50):
        ahead.of(row(number))
    assert len(ahead._known) <= KEPT


class Encoder:
    dimension, model_id = 2, "length"

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.array([[len(text), 1] for text in texts], dtype=np.float32).reshape(-1, 2)


def test_an_encoder_says_what_it_computed_and_was_not_asked_for_yet() -> None:
    encoder = RecentEncoder(Encoder())
    expected = expected_by(encoder)
    encoder.encode(["a"])
    encoder.expect(["a", "bb", "ccc"])
    assert [vector[0] for vector in expected()] == [1], "known before, expected again"
    encoder.encode(["dddd"])
    assert sorted(vector[0] for vector in expected()) == [1, 2, 3]
    encoder.encode(["bb"])
    encoder.encode(["a"])
    assert [vector[0] for vector in expected()] == [3]


def test_an_encoder_keeps_no_more_ahead_than_it_computes_at_once() -> None:
    encoder = RecentEncoder(Encoder())
    texts = ["x" * size for size in range(1, 40)]
    encoder.encode(texts)
    encoder.expect(texts)
    assert len(encoder.ahead()) == TOGETHER


def test_an_encoder_that_expects_nothing_has_nothing_ahead() -> None:
    assert list(expected_by(Encoder())()) == []
