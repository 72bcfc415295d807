from __future__ import annotations

import pytest

from actions.answering import asks_the_same


@pytest.mark.parametrize(
    ("question", "before"),
    [
        ("how long does delivery take", "how long does delivery take"),
        ("and how long does DELIVERY take?", "how long does delivery take"),
        ("so?", "how long does delivery take"),
    ],
)
def test_the_same_question_in_more_or_fewer_words_is_the_same(question: str, before: str) -> None:
    assert asks_the_same(question, before)


def test_another_question_is_another_one() -> None:
    assert not asks_the_same("do I get the postage back", "how long does delivery take")
