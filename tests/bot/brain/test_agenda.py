from __future__ import annotations

from typing import Any, cast

import pytest
from rasa.core.processor import MessageProcessor

from bot.brain import agenda as agenda_module
from bot.brain.agenda import asking, choose, clauses, cut
from bot.brain.reading import Reading


def reading(text: str, intent: str, confidence: float = 0.95, frustration: float = 0.0, **facts: str) -> Reading:
    parse: dict[str, Any] = {
        "intent": {"name": intent, "confidence": confidence},
        "entities": [{"entity": name, "value": value} for name, value in facts.items()],
        "frustration": frustration,
        "urgency": 0.0,
    }
    return Reading(text=text, seq=3, parse=parse)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("where is my order", ["where is my order"]),
        ("Where is my order? Do you ship to France?", ["Where is my order?", "Do you ship to France?"]),
        ("cancel my order and also what time do you open", ["cancel my order", "what time do you open"]),
        ("track 1042 and how much is express", ["track 1042", "how much is express"]),
        ("boots and socks", ["boots and socks"]),
        ("cancel my order and know when Leeds opens", ["cancel my order", "know when Leeds opens"]),
        ("Hi. Ok. Thanks.", ["Hi. Ok. Thanks."]),
    ],
)
def test_a_message_is_cut_where_another_wish_may_begin(text: str, pieces: list[str]) -> None:
    assert cut(text) == pieces


def test_a_long_story_is_not_cut() -> None:
    story = "I bought a tent. " * 60
    assert cut(story) == [story]


def test_two_certain_wishes_of_different_topics_are_both_served_questions_first() -> None:
    whole = reading("cancel 1042 and when do you open", "order_cancel", order_number="1042")
    parts = [reading("cancel 1042", "order_cancel"), reading("when do you open", "ask_stores")]
    served = choose(whole, parts)
    assert [part.intent for part in served] == ["ask_stores", "order_cancel"]
    assert all(part.entity("order_number") == "1042" for part in served)


def test_two_sentences_about_one_matter_are_served_as_a_whole() -> None:
    whole = reading("the zip broke. can I get a refund?", "order_damaged")
    parts = [reading("the zip broke.", "order_damaged"), reading("can I get a refund?", "ask_refund")]
    assert choose(whole, parts) == [whole]


def test_an_unsure_part_is_no_wish_of_its_own() -> None:
    whole = reading("where is it, the weather was bad", "order_status")
    parts = [reading("where is it", "order_status"), reading("the weather was bad", "ask_product", 0.4)]
    assert choose(whole, parts) == [whole]


def test_the_only_wish_among_talk_is_served_with_the_whole_text() -> None:
    whole = reading("hi there! where is my order", "greet")
    parts = [reading("hi there!", "greet"), reading("where is my order", "order_status")]
    (served,) = choose(whole, parts)
    assert served.intent == "order_status"
    assert served.text == whole.text


def test_whoever_asks_for_a_person_among_other_things_gets_one() -> None:
    whole = reading("where is my order? I want a human", "order_status", frustration=0.4)
    parts = [reading("where is my order?", "order_status"), reading("I want a human", "request_human")]
    (served,) = choose(whole, parts)
    assert served.intent == "request_human"
    assert served.frustration == 0.4


def test_the_first_of_two_wishes_keeps_that_an_answer_missed() -> None:
    whole = reading("not that. cancel it and when do you open", "order_cancel").missing()
    parts = [reading("cancel it", "order_cancel"), reading("when do you open", "ask_stores")]
    assert [part.missed for part in choose(whole, parts)] == [True, False]


def test_the_only_wish_keeps_that_an_answer_missed() -> None:
    whole = reading("not that. where is my order", "greet").missing()
    parts = [reading("not that.", "not_helpful"), reading("where is my order", "order_status")]
    (served,) = choose(whole, parts)
    assert (served.intent, served.missed) == ("order_status", True)


def test_the_mood_of_a_message_is_counted_once() -> None:
    whole = reading("cancel it and when do you open", "order_cancel", frustration=0.8)
    parts = [reading("cancel it", "order_cancel"), reading("when do you open", "ask_stores")]
    assert [part.frustration for part in choose(whole, parts)] == [0.8, 0.0]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("it is lost again, get me somebody", ["it is lost again,", "get me somebody"]),
        ("the zip broke and I want to talk to you", ["the zip broke", "I want to talk to you"]),
        ("get me somebody", []),
        ("thanks, bye", []),
    ],
)
def test_a_message_falls_into_clauses(text: str, pieces: list[str]) -> None:
    assert clauses(text) == pieces


async def test_a_request_for_a_person_inside_a_clause_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    async def read_text(_: object, text: str, seq: int) -> Reading:
        return reading(text, "request_human")

    monkeypatch.setattr(agenda_module, "read_text", read_text)
    ranking = [{"name": "order_not_received", "confidence": 0.95}, {"name": "request_human", "confidence": 0.01}]
    whole = reading("it is lost again, get me somebody", "order_not_received")
    near = Reading(text=whole.text, seq=3, parse={**whole.parse, "intent_ranking": ranking})
    (asked,) = await asking(cast(MessageProcessor, None), near)
    assert asked.text == "get me somebody"
    assert await asking(cast(MessageProcessor, None), whole) == []
    mention = "thanks, your colleagues were great"
    assert await asking(cast(MessageProcessor, None), Reading(mention, 3, near.parse)) == []
