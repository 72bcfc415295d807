from __future__ import annotations

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answering import CLOSEST, MEANING, admit, asks_of_shop, asks_the_same
from actions.failures import corrects
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


DOMAIN = {
    "responses": {
        "utter_this_comes_closest": [{"text": "It comes closest:"}],
        "utter_closest_article": [{"text": "Does this answer it?"}],
        "utter_closest_articles": [{"text": "Is it one of them?"}],
    }
}
COSTS = Source("delivery-costs", "Delivery costs", "/help/delivery-costs", 0.6)
ABROAD = Source("abroad", "Delivery abroad", "/help/abroad", 0.5)


def shown_for(answer: Answer, said_before: str = "") -> tuple[dict, dict]:
    """The message and the slots after a question with this answer."""
    said = [{"event": "bot", "text": said_before, "data": {}}] if said_before else []
    tracker = Tracker("c", {}, {}, said, False, None, {}, "action_listen")
    turn = Turn(turn_id="t", conversation_id="c", known={})
    turn.heard = Understanding(text="what does it cost to get it", seq=1)
    talk = Talk(CollectingDispatcher(), tracker, DOMAIN, turn)
    admit(talk, turn.heard.text, answer)
    [message] = talk.dispatcher.messages
    return message, dict(tracker.slots)


def test_what_was_most_likely_meant_is_shown_as_a_guess_with_its_source_and_the_other_articles() -> None:
    answer = Answer(False, 0.5, "", also=(COSTS, ABROAD), closest="Delivery is 3.95.")
    message, slots = shown_for(answer)
    assert message["text"] == "It comes closest:\n\nDelivery is 3.95."
    assert [button["title"] for button in message["buttons"]] == ["Delivery abroad", "None of these"]
    assert message["custom"]["sources"] == [{"title": "Delivery costs", "url": "/help/delivery-costs"}]
    assert slots["awaiting"] == CLOSEST


def test_a_guess_that_stands_alone_can_be_said_to_be_wrong() -> None:
    message, _ = shown_for(Answer(False, 0.5, "", also=(COSTS,), closest="Delivery is 3.95."))
    assert [button["title"] for button in message["buttons"]] == ["Not what I meant"]


@pytest.mark.parametrize(("confidence", "said"), [(0.39, ""), (0.5, "As said: Delivery is 3.95.")])
def test_what_is_hardly_likely_or_was_said_just_now_is_only_named(confidence: float, said: str) -> None:
    message, slots = shown_for(Answer(False, confidence, "", also=(COSTS,), closest="Delivery is 3.95."), said)
    assert "3.95" not in (message["text"] or "")
    assert [button["title"] for button in message["buttons"]] == ["Delivery costs", "None of these"]
    assert slots["awaiting"] == MEANING


@pytest.mark.parametrize(
    "text",
    [
        *(
            "no, not waterproofing, smell",
            "not the address, the name",
            "I meant the mat",
            "you told me about pitching it",
        ),
        *(
            "You have told me about something else once more",
            "Again not. I ask for the office",
            "this is not what I ask",
        ),
    ],
)
def test_a_correction_of_the_answer_before_is_seen_by_its_beginning(text: str) -> None:
    assert corrects(Understanding(text=text))


@pytest.mark.parametrize(
    "text",
    ["no", "how do I wash it, not in the machine", "not sure what size I am", "nothing fits", "it's not arrived yet"],
)
def test_a_no_and_a_question_are_no_correction(text: str) -> None:
    assert not corrects(Understanding(text=text))


@pytest.mark.parametrize("text", ["do you hire out tents", "can I rent an axe", "does your shop engrave mugs"])
def test_what_a_shop_is_asked_is_told_from_what_nobody_sells(text: str) -> None:
    assert asks_of_shop(text)
    assert not asks_of_shop("do you like football")
