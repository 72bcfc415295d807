"""Measures the knowledge base with the code that serves it."""

import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kb_index.articles import Article
from kb_index.build import Progress, build
from kb_index.embedding import SentenceEncoder
from kb_index.errors import BrokenEvaluation
from kb_index.search import KnowledgeBase


@dataclass(frozen=True, slots=True)
class AskedFaq:
    """A query, the place of its first relevant entry from 1 on (None: not found), and what was ranked first."""

    text: str
    rank: int | None
    average_precision: float
    first: str
    milliseconds: float


@dataclass(frozen=True, slots=True)
class AskedShop:
    """A question to the shop's articles; `wanted` is None where no article answers, `right` is of the first article."""

    text: str
    wanted: str | None
    first: str | None
    right: bool
    confidence: float
    milliseconds: float


@dataclass(frozen=True, slots=True)
class KbReport:
    """How well the relevant entries are ranked, and how fast. `map` and the like are 0 to 1, times in ms."""

    map: float
    mrr: float
    hit_at_1: float
    hit_at_5: float
    build_seconds: float
    query_ms_p50: float
    query_ms_p95: float
    n_faqs: int
    n_queries: int
    asked: tuple[AskedFaq, ...] = ()

    def figures(self) -> dict[str, Any]:
        """The figures alone, for JSON."""
        return _figures_of(self, "asked")


@dataclass(frozen=True, slots=True)
class DemoReport:
    """How the shop's own answers do on held-out questions, at the default threshold.

    `precision`: share of the answers given to answerable questions whose first source is a right article.
    `precision_all` counts answers to unanswerable questions as wrong too. `answer_rate`: share of answerable
    questions that got an answer. `refusal_rate`: share of unanswerable questions that got none. `hit_at_1` and
    `hit_at_3` are of the search, whatever the confidence.
    """

    precision: float
    precision_all: float
    answer_rate: float
    refusal_rate: float
    hit_at_1: float
    hit_at_3: float
    threshold: float
    n_answerable: int
    n_unanswerable: int
    wrong: tuple[dict[str, Any], ...]
    asked: tuple[AskedShop, ...] = ()

    def figures(self) -> dict[str, Any]:
        """The figures alone, for JSON."""
        return _figures_of(self, "wrong", "asked")


def _figures_of(report: KbReport | DemoReport, *without: str) -> dict[str, Any]:
    return {item.name: getattr(report, item.name) for item in fields(report) if item.name not in without}


def evaluate(
    faqs_path: Path, queries_path: Path, qrels_path: Path, encoder: SentenceEncoder, progress: Progress | None = None
) -> KbReport:
    """Ranks FAQ entries for queries and compares with the judgements. Raises `BrokenEvaluation`.

    Entries that ask the same question become one article with several answers, as an editor would write them; a found
    article gives its entries in the order in which their answers fit the query.
    """
    faqs = _rows(faqs_path, ("faq_id", "question", "answer"))
    queries = _rows(queries_path, ("query_id", "text"))
    relevant = _relevant(_rows(qrels_path, ("query_id", "faq_id", "rel")))
    tell = progress or (lambda stage, done, of: None)
    articles, entries = _as_articles(faqs)
    with tempfile.TemporaryDirectory() as scratch:
        began = time.perf_counter()
        build(articles, Path(scratch), encoder, progress=tell)
        build_seconds = time.perf_counter() - began
        knowledge = KnowledgeBase.open(Path(scratch), encoder)
        judged = [query for query in queries if relevant.get(str(query["query_id"]))]
        figures, asked = [], []
        for done, query in enumerate(judged):
            began = time.perf_counter()
            found = knowledge.rank(str(query["text"]), len(articles))
            spent = (time.perf_counter() - began) * 1000
            ranked = [faq_id for article_id, _ in found for faq_id in entries[article_id]]
            figures.append(_figures(ranked, relevant[str(query["query_id"])]))
            rank = round(1 / figures[-1][1]) if figures[-1][1] else None
            asked.append(AskedFaq(str(query["text"]), rank, figures[-1][0], _title(articles, found), spent))
            if done % 100 == 0:
                tell("ask", done, len(judged))
    if not judged:
        raise BrokenEvaluation(f"No query of {queries_path} has a relevant entry in {qrels_path}.")
    average, reciprocal, first, among_five = (round(float(value), 4) for value in np.mean(figures, axis=0))
    p50, p95 = np.percentile([row.milliseconds for row in asked], [50, 95])
    return KbReport(
        map=average,
        mrr=reciprocal,
        hit_at_1=first,
        hit_at_5=among_five,
        build_seconds=round(build_seconds, 2),
        query_ms_p50=round(float(p50), 2),
        query_ms_p95=round(float(p95), 2),
        n_faqs=len(faqs),
        n_queries=len(judged),
        asked=tuple(asked),
    )


def _title(articles: Sequence[Article], found: Sequence[tuple[str, float]]) -> str:
    return next((a.title for a in articles if found and a.id == found[0][0]), "")


def evaluate_demo(
    knowledge: KnowledgeBase, answerable: Iterable[Mapping[str, Any]], unanswerable: Iterable[Mapping[str, Any]]
) -> DemoReport:
    """Asks held-out questions: `{"text", "article_id", "also"}` and `{"text"}`. They must not have been tuned on."""
    asked: list[AskedShop] = []
    given, ranks = [], []
    for row in [*answerable, *({**row, "article_id": None} for row in unanswerable)]:
        wanted = {row["article_id"], *row.get("also", ())}
        began = time.perf_counter()
        answer = knowledge.answer(row["text"])
        spent = (time.perf_counter() - began) * 1000
        found = [article_id for article_id, _ in knowledge.rank(row["text"], 10)]
        first = answer.sources[0].article_id if answer.sources else next(iter(found), None)
        right = row["article_id"] is not None and first in wanted
        asked.append(AskedShop(row["text"], row["article_id"], first, right, answer.confidence, spent))
        given.append(answer.answerable)
        if row["article_id"] is not None:
            ranks.append(next((i for i, article_id in enumerate(found) if article_id in wanted), 10))
    return _demo_report(asked, np.array(given, dtype=bool), np.array(ranks), knowledge.calibration.threshold)


def _demo_report(
    asked: Sequence[AskedShop], given: npt.NDArray[np.bool_], ranks: npt.NDArray[np.int64], threshold: float
) -> DemoReport:
    answerable = np.array([row.wanted is not None for row in asked], dtype=bool)
    right = np.array([row.right for row in asked], dtype=bool) & given
    wrong = [
        {"text": row.text, "got": row.first, "wanted": row.wanted, "confidence": round(row.confidence, 3)}
        for row, answered, good in zip(asked, given, right, strict=True)
        if answered and not good
    ]
    answered = int(given[answerable].sum())
    return DemoReport(
        precision=round(int(right.sum()) / max(answered, 1), 4),
        precision_all=round(int(right.sum()) / max(int(given.sum()), 1), 4),
        answer_rate=round(answered / max(int(answerable.sum()), 1), 4),
        refusal_rate=round(int((~given[~answerable]).sum()) / max(int((~answerable).sum()), 1), 4),
        hit_at_1=round(float((ranks == 0).mean()) if len(ranks) else 0.0, 4),
        hit_at_3=round(float((ranks < 3).mean()) if len(ranks) else 0.0, 4),
        threshold=threshold,
        n_answerable=int(answerable.sum()),
        n_unanswerable=int((~answerable).sum()),
        wrong=tuple(sorted(wrong, key=lambda row: -float(str(row["confidence"])))),
        asked=tuple(asked),
    )


def _as_articles(faqs: Sequence[Mapping[str, Any]]) -> tuple[list[Article], dict[str, list[str]]]:
    grouped: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for faq in faqs:
        grouped[" ".join(str(faq["question"]).split())].append(faq)
    articles, entries = [], {}
    for number, (question, group) in enumerate(grouped.items()):
        article_id = f"faq-{number}"
        articles.append(Article(article_id, question, "\n\n".join(_one_block(str(faq["answer"])) for faq in group)))
        entries[article_id] = [str(faq["faq_id"]) for faq in group]
    return articles, entries


def _one_block(answer: str) -> str:
    """Foreign text is no Markdown of ours: one paragraph, whatever signs it begins with."""
    return " ".join(answer.split()).lstrip("#>-*+|=`~ ")


def _relevant(qrels: Sequence[Mapping[str, Any]]) -> dict[str, set[str]]:
    relevant: dict[str, set[str]] = defaultdict(set)
    for row in qrels:
        if float(row["rel"]) > 0:
            relevant[str(row["query_id"])].add(str(row["faq_id"]))
    return relevant


def _figures(ranked: Sequence[str], relevant: set[str]) -> tuple[float, float, float, float]:
    """Average precision, reciprocal rank, hit at 1 and hit at 5 of one query."""
    hits = np.array([faq_id in relevant for faq_id in ranked], dtype=np.float64)
    if not hits.any():
        return 0.0, 0.0, 0.0, 0.0
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    average = float((precision * hits).sum() / len(relevant))
    return average, 1.0 / (1 + int(hits.argmax())), float(hits[0]), float(hits[:5].any())


def _rows(path: Path, fields: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenEvaluation(f"{path} cannot be read: {error}.", {"path": str(path)}) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BrokenEvaluation(f"{path}:{number}: not a line of JSON. Write one object a line.") from error
        missing = [field for field in fields if not isinstance(row, dict) or field not in row]
        if missing:
            raise BrokenEvaluation(f"{path}:{number}: {', '.join(missing)} missing.")
        rows.append(row)
    if not rows:
        raise BrokenEvaluation(f"{path} is empty.", {"path": str(path)})
    return rows
