"""What the knowledge base is not sure of but holds for likely, as customers are shown it."""

from __future__ import annotations

import json

import pytest

from actions.answering import NEAR
from tests.talking import ROOT, Talk, knowledge, talk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ASKED = [json.loads(line) for line in (ROOT / "data/development/kb_questions.jsonl").read_text().splitlines()]


async def shown_a_guess() -> Talk:
    """A customer who has just been shown one."""
    for row in ASKED:
        answer = knowledge().answer(row["text"])
        if answer.answerable or answer.confidence < NEAR or not answer.closest:
            continue
        customer = await talk()
        await customer.says(row["text"])
        if answer.closest in customer.said:
            return customer
    raise AssertionError("no development question was answered with a guess")


async def test_a_guess_is_called_one_and_counts_as_a_question_back() -> None:
    customer = await shown_a_guess()
    assert "closest" in customer.said
    assert customer.last.signals.outcome == "clarified"
    assert customer.replies[-1].sources
    assert customer.buttons[-1] in {"None of these", "Not what I meant"}


async def test_yes_settles_it() -> None:
    customer = await shown_a_guess()
    result = await customer.says("yes")
    assert result.signals.outcome == "answered"
    assert result.signals.failed_attempts == 0


async def test_no_offers_a_person() -> None:
    customer = await shown_a_guess()
    result = await customer.says("no")
    assert result.signals.outcome == "offered_human"


async def test_another_article_is_opened_where_it_answers_the_question() -> None:
    for row in ASKED:
        answer = knowledge().answer(row["text"])
        if answer.answerable or answer.confidence < NEAR or len(answer.also) < 2:
            continue
        customer = await talk()
        await customer.says(row["text"])
        if answer.also[1].title in customer.buttons:
            await customer.presses(answer.also[1].title)
            assert knowledge().passage(answer.also[1].article_id, row["text"]) in customer.said
            return
    raise AssertionError("no development question left a choice of articles")


async def test_thanks_for_nothing_yet_are_not_answered_with_the_same_question() -> None:
    customer = await talk()
    await customer.says("where is my order?")
    asked = customer.said
    await customer.says("lovely thanks")
    assert asked not in customer.said
    assert "welcome" in customer.said
    await customer.says("1042")
    assert "e-mail" in customer.said
