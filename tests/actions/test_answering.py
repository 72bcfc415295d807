from __future__ import annotations

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answering import admit, asks_the_same
from actions.talk import Talk
from actions.turn import Turn, Understanding
from kb_index.answers import Answer, Source


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


def unanswered(*confidences: float) -> list[bool]:
    """Whether a person takes over after each of these questions in a row, answered with so much confidence."""
    slots: dict[str, object] = {}
    handed_over = []
    for number, confidence in enumerate(confidences):
        tracker = Tracker("c", slots, {}, [], False, None, {}, "action_listen")
        turn = Turn(turn_id=f"t{number}", conversation_id="c", known={})
        turn.heard = Understanding(text=f"question {number}", seq=number)
        talk = Talk(CollectingDispatcher(), tracker, {}, turn)
        close = Source("delivery-costs", "Delivery costs", "/help/delivery-costs", confidence)
        admit(talk, turn.heard.text, Answer(False, confidence, "", also=(close,)))
        handed_over.append(turn.findings.handover is not None)
        slots = dict(tracker.slots)
    return handed_over


def test_two_questions_in_a_row_without_an_answer_bring_a_person() -> None:
    assert unanswered(0.05, 0.05) == [False, True]
    assert unanswered(0.2, 0.2) == [False, True]


def test_an_article_that_is_most_likely_meant_is_half_a_failure() -> None:
    assert unanswered(0.6, 0.6, 0.6, 0.6) == [False, False, False, True]
    assert unanswered(0.6, 0.05, 0.6) == [False, False, True]
