"""BM25: the scores of a known library, and the same after changes as after a fresh build."""

from collections import Counter
from pathlib import Path

import bm25s
import numpy as np
import pytest

from kb_index.keywords import K1, B, KeywordIndex
from kb_index.words import stems

TEXTS = [
    "return unused boots within sixty days",
    "boots boots boots for winter hiking and long winter walks in the snow",
    "the delivery of parcels takes three working days",
    "wash a down jacket with down soap",
    "gift cards are valid in stores",
    "",
]


def built(texts: list[str]) -> KeywordIndex:
    index = KeywordIndex()
    for text in texts:
        index.add(text)
    return index


@pytest.mark.parametrize("query", ["winter boots", "parcel delivery days", "down jackets soap", "boots boots"])
def test_scores_are_bm25_up_to_a_factor(query: str) -> None:
    reference = bm25s.BM25(method="lucene", k1=K1, b=B)
    reference.index([stems(text) for text in TEXTS], show_progress=False)
    terms = sorted(set(stems(query)))
    wanted = reference.get_scores(terms)
    got = built(TEXTS).scores(dict.fromkeys(terms, 1.0))
    assert wanted.max() > 0
    assert np.allclose(got / got.max(), wanted / wanted.max(), atol=1e-5)


def test_scores_lie_between_nothing_and_one() -> None:
    scores = built(TEXTS).scores({"boot": 1.0, "zebra": 1.0})
    assert 0 < scores.max() < 0.7
    assert scores.min() == 0
    assert built(TEXTS).scores({}).max() == 0
    assert built([]).scores({"boot": 1.0}).shape == (0,)


def test_changes_give_the_scores_of_a_fresh_build() -> None:
    index = built(TEXTS[:3])
    index.pack()
    for text in TEXTS[3:]:
        index.add(text)
    index.remove(1, TEXTS[1])
    fresh = built(TEXTS[:1] + TEXTS[2:])
    terms = {"boot": 1.0, "down": 0.5, "days": 1.0, "day": 1.0, "nothing": 1.0}
    assert np.allclose(np.delete(index.scores(terms), 1), fresh.scores(terms), atol=1e-6)


def test_a_saved_index_scores_the_same(tmp_path: Path) -> None:
    index = built(TEXTS)
    index.save(tmp_path / "w.npz")
    loaded = KeywordIndex.load(tmp_path / "w.npz")
    loaded.add("more boots")
    index.add("more boots")
    assert np.array_equal(loaded.scores({"boot": 1.0, "snow": 1.0}), index.scores({"boot": 1.0, "snow": 1.0}))
    assert loaded.frequency("boot") == 3


def test_a_text_scores_as_the_row_it_would_be() -> None:
    index = built(TEXTS)
    terms = {"boot": 1.0, "winter": 2.0, "zebra": 1.0}
    assert index.score_counts(Counter(stems(TEXTS[1])), terms) == pytest.approx(float(index.scores(terms)[1]), abs=1e-6)
    assert index.score_counts({}, terms) == 0.0


def test_it_knows_which_row_holds_a_stem() -> None:
    index = built(TEXTS)
    assert index.frequency("boot") == 2
    assert index.frequency("zebra") == 0
    assert index.holds(1, "snow")
    assert not index.holds(0, "snow")
