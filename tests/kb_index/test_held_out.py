"""The held-out questions about the demo shop: measured and kept above the floors, never tuned on."""

import json
from pathlib import Path

import pytest

from kb_index.evaluate import evaluate_demo
from kb_index.search import KnowledgeBase

ROOT = Path(__file__).parents[2]
HELD_OUT = ROOT / "data" / "tests"
FLOORS = ROOT / "bot" / "evaluation" / "floors.json"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not (HELD_OUT / "kb_answerable.jsonl").is_file(), reason="no held-out questions in data/tests"),
]


def rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (HELD_OUT / name).read_text(encoding="utf-8").splitlines()]


def test_answers_come_from_the_right_article_and_the_rest_is_refused(demo_shop: KnowledgeBase) -> None:
    report = evaluate_demo(demo_shop, rows("kb_answerable.jsonl"), rows("kb_unanswerable.jsonl"))
    print(report.figures())
    figures = report.figures()
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))["shop articles"]
    assert {name: figures[name] for name, bounds in floors.items() if figures[name] < bounds["floor"]} == {}


def test_follow_ups_are_answered_about_what_came_before(demo_shop: KnowledgeBase) -> None:
    cases = rows("kb_followups.jsonl")
    answers = [demo_shop.answer(case["then"], case["first"]) for case in cases]
    right = [
        answer.sources[0].article_id == case["article_id"]
        for answer, case in zip(answers, cases, strict=True)
        if answer.answerable
    ]
    print({"answered": len(right) / len(cases), "right": sum(right) / len(right)})
    assert sum(right) / len(right) >= 0.9
    assert len(right) / len(cases) >= 0.4
