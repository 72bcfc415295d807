import numpy as np
import pytest

from bot.brain.nlu import kernel_regression
from bot.brain.nlu.kernel_regression import (
    Embedded,
    Kernel,
    QuicklyCompared,
    Rows,
    comparable,
    gram,
    one_hot,
    solve,
)
from bot.brain.nlu.terms import TermSpace
from kb_index.integer_rows import integers_are_quick

KERNEL = Kernel()


def _gram(rows) -> np.ndarray:
    words, pieces = (TermSpace.fit(kind, rows.texts).transform(rows.texts) for kind in ("words", "pieces"))
    upper = np.triu(gram(KERNEL, Rows(rows.vectors, words, pieces)))
    return upper + np.triu(upper, 1).T


def _labels(rows) -> np.ndarray:
    return np.unique(rows.labels, return_inverse=True)[1]


def _solved(likeness: np.ndarray, targets: np.ndarray):
    return solve(likeness.copy(), targets, np.full(len(targets), KERNEL.ridge, dtype=np.float32))


def test_a_message_is_most_like_itself(example_rows) -> None:
    likeness = _gram(example_rows())
    assert np.allclose(np.diagonal(likeness), 1 + 2 * KERNEL.wording, atol=1e-4)
    assert (likeness.max(axis=1) <= np.diagonal(likeness) + 1e-4).all()


def test_frequent_and_rare_terms_count_alike_in_every_block(example_rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_regression, "_BLOCK", 7)
    rows = example_rows()
    words, pieces = (TermSpace.fit(kind, rows.texts).transform(rows.texts).toarray() for kind in ("words", "pieces"))
    plain = KERNEL.likeness(rows.vectors, rows.vectors) + KERNEL.wording * (words @ words.T + pieces @ pieces.T)
    assert np.allclose(_gram(rows), plain, atol=1e-5)


def test_rows_that_cannot_be_told_apart_need_a_ridge() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        solve(np.ones((4, 4), dtype=np.float32), one_hot(np.arange(4), 4), np.zeros(4, dtype=np.float32))


def test_left_out_scores_are_those_of_a_model_without_that_row(example_rows) -> None:
    rows = example_rows()
    likeness, targets = _gram(rows), one_hot(_labels(rows), 6)
    others = np.arange(1, len(targets))
    really = likeness[:1, others] @ _solved(likeness[np.ix_(others, others)], targets[others]).coefficients
    assert np.allclose(_solved(likeness, targets).left_out()[0], really[0], atol=1e-4)


def test_rows_left_out_together_score_as_in_a_model_without_them(example_rows) -> None:
    rows = example_rows()
    likeness, targets = _gram(rows), one_hot(_labels(rows), 6)
    out = np.arange(0, len(targets), 5)
    rest = np.setdiff1d(np.arange(len(targets)), out)
    really = likeness[np.ix_(out, rest)] @ _solved(likeness[np.ix_(rest, rest)], targets[rest]).coefficients
    assert np.allclose(_solved(likeness, targets).left_out_together(out), really, atol=1e-4)


def test_scores_without_a_topic_are_those_of_a_model_that_never_saw_it(example_rows) -> None:
    rows = example_rows()
    likeness, labels = _gram(rows), _labels(rows)
    out, topic = np.flatnonzero(labels < 2), np.array([0, 1])
    rest = np.flatnonzero(labels >= 2)
    targets = one_hot(labels, 6)
    smaller = _solved(likeness[np.ix_(rest, rest)], targets[rest][:, 2:])
    really = likeness[np.ix_(out, rest)] @ smaller.coefficients
    assert np.allclose(_solved(likeness, targets).scores_without(out, topic), really, atol=1e-4)


def test_a_row_that_is_trusted_less_pulls_less(example_rows) -> None:
    rows = example_rows()
    likeness, targets = _gram(rows), one_hot(_labels(rows), 6)
    ridge = np.full(len(targets), KERNEL.ridge, dtype=np.float32)
    ridge[0] = 100
    doubted = solve(likeness.copy(), targets, ridge).coefficients
    assert np.abs(doubted[0]).max() < 0.05 * np.abs(_solved(likeness, targets).coefficients[0]).max()


def test_trusting_rows_less_afterwards_is_solving_with_more_ridge(example_rows) -> None:
    rows = example_rows()
    likeness, targets = _gram(rows), one_hot(_labels(rows), 6)
    doubted, more = np.array([0, 5, 17]), np.array([0.7, 3.0, 5.0], dtype=np.float32)
    ridge = np.full(len(targets), KERNEL.ridge, dtype=np.float32)
    ridge[doubted] += more
    really = solve(likeness.copy(), targets, ridge)
    changed = _solved(likeness, targets).trusting_less(doubted, more)
    assert np.allclose(changed.coefficients, really.coefficients, atol=1e-3)
    assert np.allclose(changed.left_out(), really.left_out(), atol=1e-3)
    out = np.arange(0, len(targets), 5)
    assert np.allclose(changed.left_out_together(out), really.left_out_together(out), atol=1e-3)


def test_middle_vectors_count_by_their_weight_and_are_not_looked_at_without_one(example_rows) -> None:
    sentence, middle = example_rows().vectors.sentence, example_rows(seed=8).vectors.sentence
    both, alone = Embedded(sentence, middle), Embedded.of(sentence)
    expected = KERNEL.meaning(sentence @ sentence.T) + 0.3 * KERNEL.meaning(middle @ middle.T)
    assert np.allclose(Kernel(middle=0.3).likeness(both, both), expected, atol=1e-5)
    assert np.array_equal(KERNEL.likeness(both, both), KERNEL.likeness(alone, alone))
    assert alone[3:5].middle.shape == (2, 0)


def test_what_compares_quickly_says_what_comparing_exactly_says(example_rows) -> None:
    sentence, middle = example_rows().vectors.sentence, example_rows(seed=8).vectors.sentence
    both = Embedded(sentence, middle)
    kernel = Kernel(middle=0.3)
    if integers_are_quick():  # elsewhere sums are cut off, and nobody asks for them
        assert np.allclose(kernel.likeness(both[:7], QuicklyCompared(both)), kernel.likeness(both[:7], both), atol=0.02)
    alone = QuicklyCompared(Embedded.of(sentence))
    assert KERNEL.likeness(Embedded.of(sentence[:2]), alone).shape == (2, len(sentence))
    with pytest.raises(ValueError, match="no middle vectors"):
        kernel.likeness(both[:2], alone)


@pytest.mark.parametrize(("quick", "kind"), [(True, QuicklyCompared), (False, Embedded)])
def test_the_processor_decides_how_messages_are_compared(
    monkeypatch: pytest.MonkeyPatch, quick: bool, kind: type
) -> None:
    monkeypatch.setattr(kernel_regression, "integers_are_quick", lambda: quick)
    assert isinstance(comparable(Embedded.of(np.eye(3, 8, dtype=np.float32))), kind)
