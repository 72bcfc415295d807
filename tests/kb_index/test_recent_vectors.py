"""Recent vectors: computed once, forgotten in order, the encoder's own."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from kb_index.embedding import Vectors
from kb_index.recent_vectors import LONGEST, MOST_EXPECTED, TOGETHER, TOGETHER_LONGEST, RecentEncoder


class CountingEncoder:
    """Vectors that depend on the text; remembers every call."""

    dimension = 3
    model_id = "counting"

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.calls.append(list(texts))
        return np.array([[len(text), sum(map(ord, text)), 1] for text in texts], dtype=np.float32).reshape(-1, 3)


def test_a_text_is_computed_once_and_new_ones_together() -> None:
    inner = CountingEncoder()
    encoder = RecentEncoder(inner)
    first = encoder.encode(["a", "bb", "a"])
    again = encoder.encode(["ccc", "a", "dddd", "bb"])
    assert inner.calls == [["a", "bb"], ["ccc", "dddd"]]
    assert np.array_equal(first, CountingEncoder().encode(["a", "bb", "a"]))
    assert np.array_equal(again, CountingEncoder().encode(["ccc", "a", "dddd", "bb"]))


def test_no_texts_give_no_rows() -> None:
    assert RecentEncoder(CountingEncoder()).encode([]).shape == (0, 3)


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    inner = CountingEncoder()
    encoder = RecentEncoder(inner, remembered=2)
    for texts in (["a"], ["b"], ["a"], ["c"], ["a"], ["b"]):
        encoder.encode(texts)
    assert inner.calls == [["a"], ["b"], ["c"], ["b"]]


def test_more_texts_than_are_remembered_at_once() -> None:
    encoder = RecentEncoder(CountingEncoder(), remembered=2)
    assert encoder.encode(["a", "bb", "ccc", "dddd"])[:, 0].tolist() == [1, 2, 3, 4]


def test_long_texts_are_not_kept() -> None:
    inner = CountingEncoder()
    encoder = RecentEncoder(inner)
    for _ in range(2):
        encoder.encode(["x" * (LONGEST + 1)])
    assert len(inner.calls) == 2


def test_a_caller_cannot_change_what_is_remembered() -> None:
    encoder = RecentEncoder(CountingEncoder())
    encoder.encode(["a"])[:] = 0
    assert encoder.encode(["a"])[0, 0] == 1


def test_several_threads_get_their_own_texts() -> None:
    encoder = RecentEncoder(CountingEncoder(), remembered=3)
    wanted = [["a" * (1 + (step + k) % 7) for k in range(3)] for step in range(200)]
    with ThreadPoolExecutor(8) as pool:
        for texts, rows in zip(wanted, pool.map(encoder.encode, wanted), strict=True):
            assert rows[:, 0].tolist() == [len(text) for text in texts]


def test_expected_texts_are_computed_with_the_next_one_asked_for() -> None:
    inner = CountingEncoder()
    encoder = RecentEncoder(inner)
    encoder.encode(["known"])
    encoder.expect(["bb", "known", "", "a", "x" * (TOGETHER_LONGEST + 1)])
    asked = encoder.encode(["a"])
    assert inner.calls == [["known"], ["a", "bb"]]
    assert np.array_equal(asked, CountingEncoder().encode(["a"]))
    assert np.array_equal(encoder.encode(["bb"]), CountingEncoder().encode(["bb"]))
    assert len(inner.calls) == 2


def test_expected_texts_wait_their_turn_and_never_make_a_long_text_longer() -> None:
    inner = CountingEncoder()
    encoder = RecentEncoder(inner)
    encoder.expect([f"text {i}" for i in range(TOGETHER + 2)])
    encoder.encode(["y" * (TOGETHER_LONGEST + 1)])
    encoder.encode(["a"])
    encoder.encode(["b"])
    encoder.encode(["c"])
    assert [len(call) for call in inner.calls] == [1, 1 + TOGETHER, 1 + 2, 1]


def test_no_more_is_expected_than_a_worker_can_have_waiting() -> None:
    encoder = RecentEncoder(inner := CountingEncoder())
    encoder.expect([f"text {i}" for i in range(MOST_EXPECTED * 3)])
    for i in range(MOST_EXPECTED):
        encoder.encode([f"asked {i}"])
    assert sum(len(call) for call in inner.calls) == 2 * MOST_EXPECTED


class LayeredEncoder(CountingEncoder):
    """A `CountingEncoder` whose middle layer gives two numbers."""

    middle_dimension = 2

    def encode_layers(self, texts: Sequence[str]) -> tuple[Vectors, Vectors]:
        return self.encode(texts), np.array([[len(text), 7] for text in texts], dtype=np.float32).reshape(-1, 2)


def test_both_layers_are_remembered_whichever_was_asked_for() -> None:
    inner = LayeredEncoder()
    encoder = RecentEncoder(inner)
    assert encoder.encode(["a", "bb"]).shape == (2, 3)
    sentence, middle = encoder.encode_layers(["bb", "a"])
    assert inner.calls == [["a", "bb"]]
    assert np.array_equal(sentence, encoder.encode(["bb", "a"]))
    assert middle.tolist() == [[2, 7], [1, 7]]
    assert [layer.shape for layer in encoder.encode_layers([])] == [(0, 3), (0, 2)]
