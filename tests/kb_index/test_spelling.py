"""Typing mistakes: mended towards the articles' words, real words left alone."""

import time

import pytest

from kb_index.embedding import SentenceEncoder, vocabulary_of
from kb_index.spelling import Speller

TEXTS = ["Return your parcel with the waterproof label", "delivery of Fernhill tents", "refund refund refund refuel"]


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("wher is my parsel", "where is my parcel"),
        ("retrun the tnets", "return the tents"),
        ("my refud", "my refund"),
        ("is it waterprrof or watreproof?", "is it waterproof or waterproof?"),
        ("delvery from fernhil", "delivery from fernhill"),
        ("Can I hire a kayak or a canoe", "Can I hire a kayak or a canoe"),
        ("it doesnt work, whats up", "it doesnt work, whats up"),
        ("order 1042 for ab@example.com", "order 1042 for ab@example.com"),
        ("", ""),
    ],
)
def test_unknown_words_become_the_nearest_known(typed: str, mended: str, encoder: SentenceEncoder) -> None:
    assert Speller(TEXTS, vocabulary_of(encoder)).mend(typed) == mended


def test_without_a_general_vocabulary_only_the_articles_words_count() -> None:
    assert Speller(TEXTS).mend("retrun your parsel kayak") == "return your parcel kayak"


def test_learned_words_are_known_from_then_on(encoder: SentenceEncoder) -> None:
    speller = Speller(TEXTS, vocabulary_of(encoder))
    assert speller.mend("bothyy") == "bothyy"
    speller.learn("the bothy bag")
    assert speller.mend("bothyy") == "bothy"


def test_noise_costs_little(encoder: SentenceEncoder) -> None:
    speller = Speller(TEXTS, vocabulary_of(encoder))
    began = time.process_time()
    speller.mend(" ".join(f"qx{chr(97 + i % 26)}{chr(97 + i // 26)}zk" for i in range(500)))
    speller.mend("q" * 4000)
    assert time.process_time() - began < 0.5
