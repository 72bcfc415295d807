"""Follow-ups: read with what came before, only where they lean on it."""

import pytest

from kb_index.followups import leans_on_context, may_lean_on_context
from kb_index.search import KnowledgeBase


@pytest.mark.parametrize(
    "text", ["and for boots?", "what about express", "How long does it take?", "or in a store", "can I use them online"]
)
def test_wording_that_points_back_is_seen(text: str) -> None:
    assert leans_on_context(text)


@pytest.mark.parametrize(
    "text", ["do gift cards expire", "How do I wash a down jacket at home without ruining it?", ""]
)
def test_a_whole_question_stands_alone(text: str) -> None:
    assert not leans_on_context(text)


def test_only_short_questions_may_lean_silently() -> None:
    assert may_lean_on_context("worn boots?")
    assert not may_lean_on_context("how long is a gift card valid in your stores")


def test_a_follow_up_is_answered_about_the_earlier_subject(knowledge: KnowledgeBase) -> None:
    assert not knowledge.answer("and where does that come from?").answerable
    answer = knowledge.answer("and where does that come from?", "how do I get a return label")
    assert answer.answerable
    assert answer.sources[0].article_id == "return-label"


def test_the_context_may_be_an_article(knowledge: KnowledgeBase) -> None:
    answer = knowledge.answer("how long is it valid?", "gift-cards")
    assert answer.answerable
    assert answer.sources[0].article_id == "gift-cards"


def test_a_new_subject_is_not_drawn_back(knowledge: KnowledgeBase) -> None:
    answer = knowledge.answer("How do I clean a down jacket?", "when will my express parcel arrive")
    assert answer.sources[0].article_id == "wash-down"


@pytest.mark.parametrize("context", ["", "???", "x" * 5000, "no-such-article"])
def test_odd_contexts_do_no_harm(knowledge: KnowledgeBase, context: str) -> None:
    assert knowledge.answer("do gift cards expire", context).sources[0].article_id == "gift-cards"
