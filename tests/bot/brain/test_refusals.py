from __future__ import annotations

import pytest

from bot.brain.refusals import asks, beside_refusal, refuses_person


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("please don't transfer me", ""),
        ("please do not put me through to anybody, when do you open", "when do you open"),
        ("I do not need an agent, only the invoice", "only the invoice"),
        ("where is my order? no human please", "where is my order"),
        ("I'd rather not speak to anyone", ""),
        ("you needn't get anybody", ""),
        ("don't connect me again, just answer", "just answer"),
        ("not another agent please", ""),
    ],
)
def test_a_refusal_is_told_from_the_rest(text: str, rest: str) -> None:
    assert refuses_person(text)
    assert beside_refusal(text) == rest


@pytest.mark.parametrize(
    "text",
    [
        "I don't want a bot, get me a person",
        "I don't want to talk to a machine",
        "why don't you transfer me to someone",
        "why can't I talk to a person",
        "can I not speak to a human being",
        "you don't let me talk to anybody",
        "no, human please",
        "no more bots, give me an agent",
        "I don't know how to reach a person",
        "I don't care, just get me someone",
        "nobody has connected me yet",
        "get me a human",
    ],
)
def test_a_request_with_a_no_in_it_is_no_refusal(text: str) -> None:
    assert not refuses_person(text)
    assert beside_refusal(text) == text


@pytest.mark.parametrize(
    ("rest", "wish"),
    [
        ("just tell me the returns address", True),
        ("what are your opening hours", True),
        ("I'm fine", False),
        ("i hate waiting", False),
        ("thanks", False),
        ("", False),
    ],
)
def test_what_stands_beside_a_refusal_may_ask_for_something(rest: str, wish: bool) -> None:
    assert asks(rest) is wish
