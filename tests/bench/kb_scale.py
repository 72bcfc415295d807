"""The knowledge base with 100,000 passages: recall against exact search, times, memory.

    python -m tests.bench.kb_scale [ARTICLES] [OUT.json]

Texts are shuffled sentences of the shop's articles; vectors are mixtures of the articles' real ones with noise, so that
neighbourhoods are as crowded as real ones and nothing has to be embedded for hours. Questions are the development
questions, embedded as in service. One thread.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from kb_index.answerability import SHIPPED
from kb_index.articles import Article, load_articles
from kb_index.build import FORMAT, MANIFEST, POINTER
from kb_index.chunks import Passage, cut_passages
from kb_index.embedding import SentenceEncoder, Vectors, load_encoder
from kb_index.index import Entry, Index
from kb_index.search import KnowledgeBase
from kb_index.vectors import VectorIndex, top

ROOT = Path(__file__).resolve().parents[2]
_PASSAGES, _SENTENCES, _QUESTIONS, _RECALL = 5, 4, 3, 10
_ASKED = 300


def main(articles: int = 20_000, out: Path | None = None) -> dict[str, Any]:
    """Builds, measures, prints."""
    faiss.omp_set_num_threads(1)
    encoder = load_encoder(cache_dir=ROOT / "var" / "cache")
    texts = [json.loads(line)["text"] for line in _development()][:_ASKED]
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        # In a process of its own: what building needs must not count as memory of serving.
        writer = multiprocessing.get_context("spawn").Process(target=_write, args=(Path(folder), articles))
        writer.start()
        writer.join()
        built = time.perf_counter() - began
        encoder.encode(texts)
        before = _rss()
        began = time.perf_counter()
        knowledge = KnowledgeBase.open(Path(folder), encoder)
        report = {"articles": articles, "build_seconds": round(built, 1)}
        report |= {"open_seconds": round(time.perf_counter() - began, 1), "memory_mb": round(_rss() - before)}
        report |= _recalls(knowledge, encoder, texts)
        knowledge.rank(texts[0])
        report |= {"rank": _times(knowledge.rank, texts), "search": _times(knowledge.search, texts)}
        report |= {"answer": _times(knowledge.answer, texts), "live": _live(knowledge)}
    print(json.dumps(report, indent=2))
    if out:
        out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return report


def _development() -> list[str]:
    return (ROOT / "data" / "development" / "kb_questions.jsonl").read_text(encoding="utf-8").splitlines()


def _write(folder: Path, count: int) -> None:
    encoder = load_encoder(cache_dir=ROOT / "var" / "cache", threads=2)
    real = [Entry(a, tuple(cut_passages(a))) for a in load_articles(ROOT / "data" / "kb")]
    questions = encoder.encode([text for entry in real for text in entry.question_texts])
    passages = encoder.encode([text for entry in real for text in entry.passage_texts])
    sentences = [s for entry in real for p in entry.passages for s in p.plain.split(". ") if s]
    chance, noise = random.Random(3), np.random.default_rng(3)
    index = Index.empty(mixed(questions, 2_000, noise), mixed(passages, 2_000, noise))
    for number in range(count):
        entry = _entry(number, sentences, chance)
        index.put(entry, mixed(questions, _QUESTIONS + 1, noise), mixed(passages, len(entry.passages), noise))
    index.finish()
    (folder / "0").mkdir()
    index.save(folder / "0")
    (folder / "0" / MANIFEST).write_text(json.dumps(_manifest(encoder, count)), encoding="utf-8")
    (folder / POINTER).write_text("0", encoding="utf-8")


def _manifest(encoder: SentenceEncoder, count: int) -> dict[str, Any]:
    row = {"format": FORMAT, "model_id": encoder.model_id, "dimension": encoder.dimension, "content": "synthetic"}
    return row | {
        "articles": count,
        "questions": count * (_QUESTIONS + 1),
        "passages": count * _PASSAGES,
        "built_at": "",
        "calibration": SHIPPED.to_dict(),
    }


def _entry(number: int, sentences: Sequence[str], chance: random.Random) -> Entry:
    def text() -> str:
        return ". ".join(chance.choices(sentences, k=_SENTENCES))

    parts = [text() for _ in range(_PASSAGES)]
    asked = tuple(" ".join(chance.choice(sentences).split()[:8]) for _ in range(_QUESTIONS))
    article = Article(f"a-{number}", f"{asked[0]} {number}", "\n\n".join(parts), asked)
    return Entry(article, tuple(Passage(article.id, i, "", part, part) for i, part in enumerate(parts)))


def mixed(real: Vectors, count: int, noise: np.random.Generator) -> Vectors:
    """Unit vectors between two real ones each, a little off."""
    one, other = real[noise.integers(len(real), size=(2, count))]
    share = noise.uniform(0.5, 0.9, (count, 1)).astype(np.float32)
    rows = share * one + (1 - share) * other + noise.normal(0, 0.015, one.shape).astype(np.float32)
    unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _recalls(knowledge: KnowledgeBase, encoder: SentenceEncoder, texts: Sequence[str]) -> dict[str, Any]:
    index, queries = knowledge._opened.index, encoder.encode(texts)
    return {
        name: {"rows": len(vectors), "recall_at_10": round(recall(vectors, queries), 4)}
        | _times_nearest(vectors, queries)
        for name, vectors in (("questions", index.questions.vectors), ("passages", index.passages.vectors))
    }


def recall(vectors: VectorIndex, queries: Vectors) -> float:
    """Share of the ten truly nearest rows that are found."""
    found = []
    for query in vectors.prepare(queries)[0]:
        exact = set(top(vectors.scores(query), _RECALL).tolist())
        found.append(len(exact & set(vectors.nearest(query, _RECALL).tolist())) / _RECALL)
    return float(np.mean(found))


def _times_nearest(vectors: VectorIndex, queries: Vectors) -> dict[str, Any]:
    prepared = list(vectors.prepare(queries)[0])
    return {"nearest": _times(lambda query: vectors.nearest(query, 60), prepared)}


def _times(call: Callable[[Any], Any], asked: Sequence[Any]) -> dict[str, float]:
    """Milliseconds on the wall and of this thread's CPU, which other work on the machine does not lengthen."""
    wall, cpu = [], []
    for one in asked:
        began, worked = time.perf_counter(), time.thread_time()
        call(one)
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.thread_time() - worked) * 1000)
    marks = {
        f"{name}_p{share}": np.percentile(t, share) for name, t in (("wall", wall), ("cpu", cpu)) for share in (50, 95)
    }
    return {name: round(float(value), 1) for name, value in marks.items()}


def _live(knowledge: KnowledgeBase) -> dict[str, float]:
    """Seconds until an article that was added, changed or removed is found, or no longer."""
    article = Article(
        "new", "Quokka hammocks", "Quokka hammocks are hung between two trees.", ("where do quokkas sleep",)
    )
    times = {}
    for name in ("added", "changed"):
        began = time.perf_counter()
        knowledge.upsert(article)
        assert knowledge.rank("quokka hammocks")[0][0] == "new"
        times[f"{name}_seconds"] = round(time.perf_counter() - began, 3)
    began = time.perf_counter()
    knowledge.remove("new")
    assert all(found != "new" for found, _ in knowledge.rank("quokka hammocks"))
    return times | {"removed_seconds": round(time.perf_counter() - began, 3)}


def _rss() -> float:
    """Megabytes of memory in use now, Linux; the highest so far elsewhere."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
