"""Evaluation: figures by hand on a tiny set, plain errors, and the floors on real questions."""

import json
import os
from pathlib import Path

import pytest

from kb_index.embedding import SentenceEncoder
from kb_index.errors import BrokenEvaluation
from kb_index.evaluate import evaluate, evaluate_demo
from kb_index.search import KnowledgeBase

EVAL_DATA = Path(os.environ.get("BATON_EVAL_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
STACKFAQ = EVAL_DATA / "stackfaq"


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_figures_are_those_computed_by_hand(tmp_path: Path, encoder: SentenceEncoder) -> None:
    faqs = [
        {"faq_id": "a0", "question": "How do I wash a down jacket?", "answer": "At 30 degrees."},
        {"faq_id": "a1", "question": "How do I wash a down jacket?", "answer": "With down soap."},
        {"faq_id": "b0", "question": "When does my parcel arrive?", "answer": "In three days."},
    ]
    queries = [
        {"query_id": "q0", "text": "washing down jackets"},
        {"query_id": "q1", "text": "washing a down coat"},
        {"query_id": "unjudged", "text": "parcel"},
    ]
    qrels = [
        {"query_id": "q0", "faq_id": "a0", "rel": 1},
        {"query_id": "q0", "faq_id": "a1", "rel": 1},
        {"query_id": "q0", "faq_id": "b0", "rel": 0},
        {"query_id": "q1", "faq_id": "b0", "rel": 1},
    ]
    report = evaluate(
        write(tmp_path / "f", faqs), write(tmp_path / "q", queries), write(tmp_path / "r", qrels), encoder
    )
    assert report.map == pytest.approx((1 + 1 / 3) / 2, abs=1e-4)
    assert report.mrr == pytest.approx((1 + 1 / 3) / 2, abs=1e-4)
    assert (report.hit_at_1, report.hit_at_5) == (0.5, 1.0)
    assert (report.n_faqs, report.n_queries) == (3, 2)
    assert report.query_ms_p95 >= report.query_ms_p50 > 0


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "is empty"), ("{not json}\n", ":1: not a line of JSON"), ('{"faq_id": 1}\n', ":1: question, answer missing")],
)
def test_unusable_files_are_named_with_their_line(
    tmp_path: Path, encoder: SentenceEncoder, content: str, message: str
) -> None:
    path = tmp_path / "faqs.jsonl"
    path.write_text(content)
    with pytest.raises(BrokenEvaluation, match=message):
        evaluate(path, path, path, encoder)


def test_a_missing_file_is_named(tmp_path: Path, encoder: SentenceEncoder) -> None:
    with pytest.raises(BrokenEvaluation, match=r"gone\.jsonl"):
        evaluate(tmp_path / "gone.jsonl", tmp_path, tmp_path, encoder)


def test_given_wrong_and_refused_answers_are_counted(knowledge: KnowledgeBase) -> None:
    report = evaluate_demo(
        knowledge,
        [
            {"text": "do gift cards expire", "article_id": "gift-cards"},
            {"text": "how long do gift cards last", "article_id": "wash-down", "also": ["gift-cards"]},
            {"text": "can my puffer go in the washing machine", "article_id": "delivery-times", "also": []},
            {"text": "who won the football", "article_id": "gift-cards"},
        ],
        [{"text": "what is the capital of France"}, {"text": "do gift cards expire after five years"}],
    )
    assert (report.n_answerable, report.n_unanswerable) == (4, 2)
    assert report.answer_rate == 0.75
    assert report.precision == pytest.approx(2 / 3, abs=1e-4)
    assert report.precision_all == pytest.approx(2 / 4, abs=1e-4)
    assert report.refusal_rate == 0.5
    assert [row["got"] for row in report.wrong if row["wanted"]] == ["wash-down"]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not STACKFAQ.is_dir(), reason=f"no evaluation data in {STACKFAQ}")
def test_public_faq_questions_find_their_entries(encoder: SentenceEncoder) -> None:
    report = evaluate(STACKFAQ / "faqs.jsonl", STACKFAQ / "queries.jsonl", STACKFAQ / "qrels.jsonl", encoder)
    assert report.map >= 0.97
    assert report.hit_at_1 >= 0.955
