"""The calibration: what it learns from, what it keeps, and that working on many questions at once changes nothing."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from kb_index.answerability import (
    MIN_TRIALS_FOR_PRODUCTS,
    RANKED,
    SHIPPED,
    Calibration,
    _fit,
    evidence,
    logit,
    sigmoid,
)
from kb_index.build import MANIFEST, build, current
from kb_index.embedding import SentenceEncoder
from kb_index.errors import IndexMismatch
from kb_index.ranking import Hidden, Nearness, Ranking, ask
from kb_index.search import KnowledgeBase
from kb_index.words import stems
from tests.kb_index.conftest import ARTICLES

PIECES = len(SHIPPED.weights)


def either_or(trials: int) -> Calibration:
    """Learned where only two pieces of evidence together tell right from wrong: right if exactly one is high."""
    chance = np.random.default_rng(5)
    rows = chance.normal(0, 1, (trials, PIECES))
    fitted = _fit(rows, rows[:, 0] * rows[:, 1] < 0, np.ones(trials))
    assert fitted is not None
    return fitted


def test_from_many_trials_it_learns_what_only_two_pieces_together_tell() -> None:
    fitted = either_or(2 * MIN_TRIALS_FOR_PRODUCTS)
    one, both = np.zeros(PIECES), np.zeros(PIECES)
    one[0], one[1] = 1.5, -1.5
    both[:2] = 1.5
    assert fitted.confidence(one) > 0.7 > 0.3 > fitted.confidence(both)


def test_from_few_trials_it_learns_each_piece_by_itself() -> None:
    assert len(either_or(MIN_TRIALS_FOR_PRODUCTS - 1).weights) == PIECES


def test_evidence_beyond_all_trials_counts_as_at_their_edge() -> None:
    fitted = either_or(2 * MIN_TRIALS_FOR_PRODUCTS)
    assert fitted.confidence(np.full(PIECES, 50.0)) == fitted.confidence(np.full(PIECES, 5_000.0))


def test_it_survives_being_written_as_json() -> None:
    fitted = either_or(2 * MIN_TRIALS_FOR_PRODUCTS)
    again = Calibration.from_dict(json.loads(json.dumps(fitted.to_dict())))
    assert again == fitted


def test_an_index_of_an_older_program_is_refused_as_such_not_as_damaged(
    tmp_path: Path, encoder: SentenceEncoder
) -> None:
    build(ARTICLES, tmp_path, encoder)
    manifest = current(tmp_path) / MANIFEST
    row = json.loads(manifest.read_text())
    del row["calibration"]["center"], row["calibration"]["spread"]
    manifest.write_text(json.dumps(row | {"format": row["format"] - 1}))
    with pytest.raises(IndexMismatch, match="format"):
        KnowledgeBase.open(tmp_path, encoder)


def test_odds_and_probabilities_are_each_others_inverse() -> None:
    assert [sigmoid(logit(p)) for p in (0.02, 0.5, 0.97)] == pytest.approx([0.02, 0.5, 0.97])
    assert np.isfinite(logit(1.0))
    assert np.isfinite(logit(0.0))


@pytest.mark.parametrize("hidden", [None, Hidden(0), Hidden(0, question_row=2)])
def test_questions_asked_many_at_once_are_ranked_as_each_alone(
    knowledge: KnowledgeBase, encoder: SentenceEncoder, hidden: Hidden | None
) -> None:
    index = knowledge._opened.index
    asked = [ask(text, encoder) for text in ("can i send boots back", "washing a puffer", "voucher validity")]
    for question, near in zip(asked, Nearness.of(index, [question.vector for question in asked]), strict=True):
        together = Ranking(index, question, RANKED, hidden=hidden, near=near)
        alone = Ranking(index, question, RANKED, hidden=hidden)
        assert [each.number for each in together.articles] == [each.number for each in alone.articles]
        assert evidence(index, together, hidden) == pytest.approx(evidence(index, alone, hidden), abs=1e-5)


def test_what_is_left_of_an_article_lacks_the_hidden_question_and_nothing_else(knowledge: KnowledgeBase) -> None:
    index = knowledge._opened.index
    entry = index.entry(0)
    row = index.questions.rows_of(0).start + 2
    without = entry.whole_text.replace(entry.question_texts[2], "", 1)
    assert Hidden(0, question_row=row).left_stems(index) == Counter(stems(without))
    assert Hidden(0).left_stems(index) == {}
