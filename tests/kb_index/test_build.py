"""Builds: idempotent, incremental, atomic, with progress."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kb_index.build import build, current, read_manifest
from kb_index.embedding import SentenceEncoder, Vectors
from kb_index.search import KnowledgeBase
from tests.kb_index.conftest import ARTICLES


class Counting:
    """An encoder that remembers what it was asked."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder = encoder
        self.model_id, self.dimension = encoder.model_id, encoder.dimension
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return self._encoder.encode(texts)


def test_the_same_content_is_not_built_twice(tmp_path: Path, encoder: SentenceEncoder) -> None:
    first = build(ARTICLES, tmp_path, encoder)
    counting = Counting(encoder)
    second = build(ARTICLES, tmp_path, counting)
    assert (first.changed, second.changed) == (True, False)
    assert second.generation == first.generation
    assert counting.asked == []


def test_only_changed_articles_are_embedded(tmp_path: Path, encoder: SentenceEncoder) -> None:
    build(ARTICLES, tmp_path, encoder)
    counting = Counting(encoder)
    changed = [*ARTICLES[:4], replace(ARTICLES[4], body="A gift card is valid for nine years."), ARTICLES[5]]
    report = build(changed, tmp_path, counting)
    assert report.embedded == 1
    assert all("ift card" in text or "voucher" in text for text in counting.asked)
    assert KnowledgeBase.open(tmp_path, encoder).answer("do gift cards expire").text.endswith("nine years.")


def test_a_failing_build_leaves_the_present_index(tmp_path: Path, encoder: SentenceEncoder) -> None:
    class Failing(Counting):
        def encode(self, texts: Sequence[str]) -> Vectors:
            raise RuntimeError("no power")

    before = build(ARTICLES, tmp_path, encoder).generation
    with pytest.raises(RuntimeError):
        build([*ARTICLES, replace(ARTICLES[0], id="new")], tmp_path, Failing(encoder))
    assert current(tmp_path) == before
    assert len(KnowledgeBase.open(tmp_path, encoder)) == 5


def test_a_change_made_during_a_build_is_kept(tmp_path: Path, encoder: SentenceEncoder) -> None:
    build(ARTICLES, tmp_path, encoder)
    knowledge = KnowledgeBase.open(tmp_path, encoder)
    knowledge.remove("wash-down")

    def change(stage: str, done: int, of: int) -> None:
        if stage == "embed" and done == of:
            knowledge.upsert(replace(ARTICLES[4], id="vouchers", title="Vouchers"))

    build(ARTICLES, tmp_path, encoder, rebuild=True, progress=change)
    knowledge.refresh()
    assert knowledge.article("vouchers") is not None
    assert knowledge.article("wash-down") is not None


def test_old_generations_are_cleared_away(tmp_path: Path, encoder: SentenceEncoder) -> None:
    for _ in range(4):
        build(ARTICLES, tmp_path, encoder, rebuild=True)
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 2
    assert current(tmp_path).is_dir()


def test_the_manifest_says_what_the_index_is_made_of(tmp_path: Path, encoder: SentenceEncoder) -> None:
    report = build(ARTICLES, tmp_path, encoder)
    manifest = read_manifest(report.generation)
    assert manifest.model_id == encoder.model_id
    assert (manifest.articles, manifest.passages) == (5, 7)
    assert manifest.questions == 5 + sum(len(a.questions) for a in ARTICLES[:5])


def test_progress_reaches_its_end(tmp_path: Path, encoder: SentenceEncoder) -> None:
    seen: list[tuple[str, int, int]] = []
    build(ARTICLES, tmp_path, encoder, progress=lambda *told: seen.append(told))
    embedding = [(done, of) for stage, done, of in seen if stage == "embed"]
    assert embedding[-1][0] == embedding[-1][1]
    assert seen[-1] == ("done", 5, 5)
