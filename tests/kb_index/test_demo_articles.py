"""The demo shop's own articles: they load, and the development questions get the right answers or none.

`data/development/kb_questions.jsonl` is where choices were made; the held-out questions under
`data/tests/` are only measured.
"""

import json
from pathlib import Path

import pytest

from kb_index.evaluate import evaluate_demo
from kb_index.search import KnowledgeBase

ARTICLES = Path(__file__).parents[2] / "data" / "kb"
DEVELOPMENT = ARTICLES.parent / "development" / "kb_questions.jsonl"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not ARTICLES.is_dir(), reason="no data/kb"),
]


def test_development_questions_are_answered_rightly_or_refused(demo_shop: KnowledgeBase) -> None:
    rows = [json.loads(line) for line in DEVELOPMENT.read_text(encoding="utf-8").splitlines()]
    report = evaluate_demo(
        demo_shop,
        [
            {"text": row["text"], "article_id": row["articles"][0], "also": row["articles"]}
            for row in rows
            if row["articles"]
        ],
        [row for row in rows if not row["articles"]],
    )
    assert report.precision >= 0.95
    assert report.precision_all >= 0.93
    assert report.refusal_rate >= 0.95
    assert report.answer_rate >= 0.34
    assert report.hit_at_1 >= 0.75
    assert report.hit_at_3 >= 0.88


def test_answers_are_short_passages_with_a_source(demo_shop: KnowledgeBase) -> None:
    answer = demo_shop.answer("how much is express delivery")
    assert answer.sources[0].url == f"/help/{answer.sources[0].article_id}"
    assert "6.95" in answer.text
    assert len(answer.text.split()) < 120


def test_the_passage_that_answers_is_among_those_shown(demo_shop: KnowledgeBase) -> None:
    """`heading` of each question names the passage that answers it; '' is the article's beginning."""
    rows = [json.loads(line) for line in (Path(__file__).parent / "passages.jsonl").read_text().splitlines()]
    answers = [(row, demo_shop.answer(row["text"])) for row in rows]
    right = [(row, a) for row, a in answers if a.answerable and a.sources[0].article_id == row["article"]]
    found = [row for row, answer in right if row["heading"] in {passage.heading for passage in answer.passages}]
    alone = [answer for _, answer in right if len(answer.passages) == 1]
    assert len(right) >= 30
    assert len(found) >= 0.85 * len(right)
    assert len(alone) >= 0.6 * len(right)


def test_what_the_article_is_about_goes_before_its_details(demo_shop: KnowledgeBase) -> None:
    answer = demo_shop.answer("do you price match")
    assert answer.text.startswith("We match a lower price")


def test_the_help_centre_finds_nothing_for_nonsense_and_something_for_customers(demo_shop: KnowledgeBase) -> None:
    assert not any(demo_shop.search(text) for text in ("zzzz", "asdf qwer", "gibberish blorp", "quantum physics"))
    asked = [json.loads(line) for line in DEVELOPMENT.read_text(encoding="utf-8").splitlines()]
    answerable = [row["text"] for row in asked if row["articles"]]
    found = sum(bool(demo_shop.search(text, 1)) for text in answerable)
    assert found >= 0.99 * len(answerable)
