"""The learned head: it tells neighbours apart, knows none of them, takes live changes, and sees nothing hidden."""

from pathlib import Path

import numpy as np
import pytest

from kb_index.articles import Article, load_unanswered
from kb_index.build import build, current
from kb_index.embedding import SentenceEncoder, Vectors
from kb_index.head import MIN_ROWS, NONE, Head, worth_learning
from kb_index.search import KnowledgeBase

AXES = np.eye(5, dtype=np.float32)


def around(axis: int, rows: int = 12) -> Vectors:
    noise = np.random.default_rng(axis).normal(0, 0.05, (rows, 5)).astype(np.float32)
    return AXES[axis] + noise


@pytest.fixture(scope="module")
def head() -> Head:
    rows = np.concatenate([around(axis) for axis in range(4)])
    labels = np.repeat([0, 1, 2, NONE], 12)
    return Head.fit(rows, labels, owners=3)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_article_whose_rows_are_like_the_question_is_likeliest(head: Head, axis: int) -> None:
    verdict = head.judge(AXES[axis])
    assert int(verdict.owners.argmax()) == axis
    assert np.exp(verdict.owners).sum() == pytest.approx(1.0, abs=1e-4)
    assert verdict.none < 0


def test_a_question_like_the_unanswered_ones_is_likelier_none_than_any(head: Head) -> None:
    assert head.judge(AXES[3]).none > 0


def test_a_hidden_article_gets_nothing_and_the_others_share_the_rest(head: Head) -> None:
    verdict = head.judge(AXES[0], hidden=0)
    assert verdict.owners[0] < -1e6
    assert np.exp(verdict.owners[1:]).sum() == pytest.approx(1.0, abs=1e-4)


def test_a_new_article_is_found_at_once_and_a_removed_one_never(tmp_path: Path) -> None:
    head = Head.fit(np.concatenate([around(0), around(1), around(2)]), np.repeat([0, 1, 2], 12), owners=3)
    head.adopt(around(4))
    head.remove(0)
    head.save(tmp_path / "head.npz")
    again = Head.load(tmp_path / "head.npz")
    for each in (head, again):
        assert int(each.judge(AXES[4]).owners.argmax()) == 3
        assert each.judge(AXES[0]).owners[0] < -1e6
        assert each.judge(AXES[0]).none == 0.0


@pytest.mark.parametrize(
    ("rows", "worth"), [([], False), ([50], False), ([2] * 30, False), ([MIN_ROWS] * 30, True), ([20] * 5_000, False)]
)
def test_it_is_learned_only_where_there_is_enough_and_not_too_much(rows: list[int], worth: bool) -> None:
    assert worth_learning(rows) is worth


def test_unanswered_questions_are_read_without_remarks_and_repeats(tmp_path: Path) -> None:
    assert load_unanswered(tmp_path) == []
    (tmp_path / "unanswered.txt").write_text("# remark\n\ndo you rent tents\nare you hiring \ndo you rent tents\n")
    assert load_unanswered(tmp_path) == ["do you rent tents", "are you hiring"]


TOPICS = {
    "delivery": "parcel arrives;post takes long;courier comes;shipping cost;delivery day;tracking link;express;postage",
    "returns": "send back;return label;refund money;exchange size;give it back;return period;worn boots;wrong item",
    "washing": "wash down;clean jacket;machine programme;detergent;dry a tent;proofing;softener;stains on fleece",
    "stores": "opening hours;shop in leeds;parking;address;closed on sunday;boots fitting;stock in store;lift there",
}


def article_about(topic: str) -> Article:
    wordings = TOPICS[topic].split(";")
    return Article(topic, f"All about {topic}", f"This is about {topic}: {', '.join(wordings)}.", tuple(wordings))


def test_an_index_with_a_head_takes_live_changes_and_keeps_them_over_a_reopening(
    tmp_path: Path, encoder: SentenceEncoder
) -> None:
    asked_in_vain = ["do you rent bicycles", "are you hiring", "tell me a joke"]
    build([article_about(topic) for topic in TOPICS], tmp_path, encoder, unanswered=asked_in_vain)
    knowledge = KnowledgeBase.open(tmp_path, encoder)
    assert (current(tmp_path) / "head.npz").is_file()
    assert knowledge.rank("how do i clean my coat")[0][0] == "washing"
    knowledge.upsert(Article("kayak", "Kayak hire", "A kayak costs £20 a day.", ("can i hire a kayak", "canoe rental")))
    for each in (knowledge, KnowledgeBase.open(tmp_path, encoder)):
        assert each.rank("renting a kayak")[0][0] == "kayak"
        assert each.rank("how do i clean my coat")[0][0] == "washing"
    knowledge.remove("washing")
    for each in (knowledge, KnowledgeBase.open(tmp_path, encoder)):
        assert "washing" not in [found for found, _ in each.rank("how do i clean my coat")]


def test_another_list_of_unanswered_questions_is_another_content(tmp_path: Path, encoder: SentenceEncoder) -> None:
    articles = [article_about(topic) for topic in TOPICS]
    build(articles, tmp_path, encoder, unanswered=["are you hiring"])
    assert not build(articles, tmp_path, encoder, unanswered=["are you hiring"]).changed
    assert build(articles, tmp_path, encoder, unanswered=["do you rent bicycles"]).changed
