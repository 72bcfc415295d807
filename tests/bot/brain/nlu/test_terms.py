import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.brain.nlu.terms import TermSpace, pieces, words

TEXTS = ["Where is my order?", "where's the tent I ordered", "I want a refund, a full refund", "ok"]


def test_words_are_single_and_in_neighbouring_pairs() -> None:
    assert list(words("Where's my TENT")) == ["where's", "my", "tent", "where's my", "my tent"]


def test_pieces_mark_the_borders_of_words() -> None:
    assert {" o", "ok", "k ", " ok", "ok ", " ok "} == set(pieces("ok"))


def test_weights_are_those_of_the_reference_implementation() -> None:
    ours = TermSpace.fit("pieces", TEXTS).transform(TEXTS)
    reference = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True).fit_transform(TEXTS)
    assert np.allclose((ours @ ours.T).toarray(), (reference @ reference.T).toarray(), atol=1e-5)


def test_a_text_of_unknown_terms_is_a_zero_row() -> None:
    rows = TermSpace.fit("words", TEXTS).transform(["zebra", ""])
    assert rows.shape[0] == 2
    assert rows.nnz == 0


def test_typing_errors_leave_most_pieces_in_common() -> None:
    space = TermSpace.fit("pieces", [*TEXTS, "refund please", "delivery date"])
    right, wrong, other = (space.transform([text]) for text in ("refund", "refnud", "delivery"))
    assert (right @ wrong.T).toarray()[0, 0] > (right @ other.T).toarray()[0, 0]


@pytest.mark.parametrize("analyzer", ["words", "pieces"])
def test_scores_are_what_the_rows_times_the_weights_of_terms_give(analyzer: str) -> None:
    texts = ["where is my order", "zzz qqq", "", "where where order"]
    space = TermSpace.fit(analyzer, ["where is my order", "send it where i am"])
    of_terms = np.random.default_rng(0).normal(size=(len(space.vocabulary), 3)).astype(np.float32)
    assert np.allclose(space.scores(texts, of_terms), space.transform(texts) @ of_terms, atol=1e-5)
