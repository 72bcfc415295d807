"""The held-out questions point to articles that exist and repeat nothing an article already says."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ARTICLES = {
    path.stem: yaml.load(path.read_text(encoding="utf-8").split("---\n", 2)[1], yaml.CSafeLoader)
    for path in (ROOT / "data" / "kb").glob("*/*.md")
}


def lines(name: str) -> list[dict]:
    text = (ROOT / "data" / "tests" / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


TAUGHT = [words(question) for front in ARTICLES.values() for question in front["questions"]]


def test_every_article_has_at_least_three_questions_and_there_are_enough() -> None:
    rows = lines("kb_answerable")
    counts = Counter(row["article_id"] for row in rows)
    assert len(rows) >= 320
    assert set(counts) == set(ARTICLES)
    assert min(counts.values()) >= 3


def test_answerable_lines_are_well_formed() -> None:
    for row in lines("kb_answerable"):
        assert set(row) == {"text", "article_id", "also", "style"}
        assert row["style"] in {"plain", "indirect"}
        assert set(row["also"]) <= set(ARTICLES) - {row["article_id"]}


def test_unanswerable_lines_are_enough_and_say_why() -> None:
    rows = lines("kb_unanswerable")
    assert len(rows) >= 160
    assert all(set(row) == {"text", "why"} and len(row["why"]) > 10 for row in rows)


def test_followups_need_their_first_turn() -> None:
    rows = lines("kb_followups")
    assert len(rows) >= 40
    assert all(set(row) == {"first", "then", "article_id"} for row in rows)
    assert {row["article_id"] for row in rows} <= set(ARTICLES)


# A near miss may differ from a question that has an answer in one word: that is its point.
@pytest.mark.parametrize(("name", "limit"), [("kb_answerable", 0.6), ("kb_unanswerable", 0.8), ("faq_blind", 0.8)])
def test_no_line_stands_twice_or_repeats_an_article_question(name: str, limit: float) -> None:
    texts = [words(row["text"]) for row in lines(name)]
    assert len(set(texts)) == len(texts)
    for text in texts:
        closest = max(len(text & taught) / len(text | taught) for taught in TAUGHT)
        assert closest <= limit, sorted(text)


def test_no_question_is_both_answerable_and_not() -> None:
    assert not {words(r["text"]) for r in lines("kb_answerable")} & {words(r["text"]) for r in lines("kb_unanswerable")}
