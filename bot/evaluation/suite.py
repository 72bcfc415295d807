"""All evaluations in one go: what is there is measured, what is absent is named, floors are kept."""

from __future__ import annotations

import asyncio
import json
import logging
import tempfile
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.errors import BatonError, InvalidInput
from bot.evaluation.floors import Line, judge
from bot.evaluation.handovers import requests_for_a_person, rows_of, sarcasm, scripted_customers, scripts_of
from bot.evaluation.kb_page import demo_page, kb_page
from bot.evaluation.mood_on_tweets import mood_on_tweets
from bot.evaluation.nlu_page import nlu_page
from bot.evaluation.page import Link, Page, shown
from bot.evaluation.talking import Bot
from bot.evaluation.typing_errors import typing_errors
from bot.training.evaluate_nlu import evaluate_nlu
from bot.training.job_steps import content_rows
from bot.training.labelled_rows import Row, read_rows
from bot.training.paths import Paths
from bot.training.registry import Registry
from kb_index.articles import load_articles, load_unanswered
from kb_index.build import build
from kb_index.embedding import SentenceEncoder
from kb_index.evaluate import evaluate, evaluate_demo
from kb_index.search import KnowledgeBase

Measured = tuple[dict[str, Any], Page]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Evaluation:
    """A named measurement; it runs if all files are there. `quick` ones take under a minute."""

    name: str
    files: tuple[Path, ...]
    run: Callable[[], Measured]
    quick: bool = False


@dataclass(frozen=True)
class Surroundings:
    """Where things lie: this project's content, public data, the index in service, and how to load the encoder."""

    paths: Paths
    public: Path
    encoder: Callable[[], SentenceEncoder]
    index: Path

    @property
    def held_out(self) -> Path:
        """The project's own held-out sets."""
        return self.paths.data / "tests"

    @cached_property
    def bot(self) -> Bot:
        """The live model with the index in service, loaded once. Raises `BatonError`."""
        registry = Registry(self.paths.models)
        live = registry.live()
        if live is None:
            raise BatonError("There is no live model to talk to: run `baton setup` first.", code="no_model")
        knowledge = KnowledgeBase.open(self.index, self.encoder())
        return asyncio.run(Bot.load(registry.archive(live.id), knowledge, self.paths.data / "shop"))


def evaluations(here: Surroundings) -> list[Evaluation]:
    """Every evaluation there is, in the order of the table."""
    banking, few, clinc = here.public / "banking77", here.public / "few_shot" / "BANKING77", here.public / "clinc150"
    stack, own = here.public / "stackfaq", here.held_out
    stack_files = tuple(stack / f"{name}.jsonl" for name in ("faqs", "queries", "qrels"))
    kb_files = (own / "kb_answerable.jsonl", own / "kb_unanswerable.jsonl")
    tweets = here.public / "sentiment" / "tweets_GroundTruth.txt"

    def nlu(
        name: str, rows: Callable[[], tuple[list[Row], list[Row]]], oos: str | None = None
    ) -> Callable[[], Measured]:
        return lambda: _nlu(here, name, *rows(), oos)

    def shots(count: int) -> Callable[[], tuple[list[Row], list[Row]]]:
        return lambda: (_few_shot(few / f"train_{count}"), _few_shot(few / "test"))

    return [
        Evaluation("shop articles", kb_files, lambda: _shop_articles(here, kb_files), quick=True),
        Evaluation(
            "shop articles, blind",
            (own / "faq_blind.jsonl",),
            lambda: _shop_articles(here, (own / "faq_blind.jsonl",)),
            quick=True,
        ),
        Evaluation("stackfaq", stack_files, lambda: _faqs(here, stack_files), quick=True),
        Evaluation(
            "shop intents",
            (own / "intents.csv",),
            nlu("shop intents", lambda: (content_rows(here.paths), read_rows(own / "intents.csv"))),
        ),
        Evaluation("banking77 5-shot", (few / "train_5" / "label",), nlu("banking77 5-shot", shots(5)), quick=True),
        Evaluation("banking77 10-shot", (few / "train_10" / "label",), nlu("banking77 10-shot", shots(10))),
        Evaluation(
            "banking77",
            (banking / "train.csv", banking / "test.csv"),
            nlu("banking77", lambda: (read_rows(banking / "train.csv"), read_rows(banking / "test.csv"))),
        ),
        Evaluation("clinc150", (clinc / "data_full.json",), nlu("clinc150", lambda: _clinc(clinc), "oos")),
        Evaluation(
            "typing errors",
            (banking / "train.csv", banking / "test.csv"),
            lambda: _plain(
                "Understanding: typing errors, BANKING77",
                typing_errors(here.paths.config, read_rows(banking / "train.csv"), read_rows(banking / "test.csv")),
            ),
        ),
        Evaluation(
            "tweets", (tweets,), lambda: _plain("Mood: tweets", mood_on_tweets(tweets, here.encoder())), quick=True
        ),
        *_talks(here),
    ]


def _talks(here: Surroundings) -> list[Evaluation]:
    """Conversations with the live model, from the project's own held-out sets."""

    def talk(name: str, file: str, measure: Callable[[Bot, Path], Coroutine[Any, Any, dict[str, Any]]]) -> Evaluation:
        path = here.held_out / file
        return Evaluation(
            name,
            (path, here.paths.models / "registry.json"),
            lambda: _plain(name, asyncio.run(measure(here.bot, path))),
        )

    async def requests(bot: Bot, file: Path) -> dict[str, Any]:
        return (await requests_for_a_person(bot, rows_of(file))).figures()

    async def scripted(bot: Bot, file: Path) -> dict[str, Any]:
        return (await scripted_customers(bot, scripts_of(file))).figures()

    async def mocked(bot: Bot, file: Path) -> dict[str, Any]:
        return await sarcasm(bot, rows_of(file))

    return [
        talk("requests for a person", "handoff_requests.csv", requests),
        talk("requests for a person, blind", "handoff_requests_blind.csv", requests),
        talk("requests for a person, third", "handoff_requests_third.csv", requests),
        talk("requests for a person, fourth", "handoff_requests_fourth.csv", requests),
        talk("requests for a person, fifth", "handoff_requests_fifth.csv", requests),
        talk("scripted customers", "conversations.yml", scripted),
        talk("scripted customers, blind", "conversations_blind.yml", scripted),
        talk("scripted customers, third", "conversations_third.yml", scripted),
        talk("scripted customers, fourth", "conversations_fourth.yml", scripted),
        talk("scripted customers, fifth", "conversations_fifth.yml", scripted),
        talk("sarcasm", "sarcasm.csv", mocked),
    ]


@dataclass(frozen=True)
class Outcome:
    """The watched figures of what ran; what was left out for want of its data and what broke off, with its reason."""

    lines: list[Line]
    absent: list[str]
    failed: list[str]


def run_all(chosen: Sequence[Evaluation], out: Path, tell: Callable[[str], None] = lambda words: None) -> Outcome:
    """Runs what can run and writes each report's JSON and page and an index page to `out`.

    One that breaks off costs the others nothing: its figures are missing, and it is named.
    """
    lines: list[Line] = []
    absent, failed = [], []
    for evaluation in chosen:
        missing = [file for file in evaluation.files if not file.is_file()]
        if missing:
            absent.append(f"{evaluation.name}: there is no {missing[0]}")
            tell(f"left out, {absent[-1]}")
            continue
        tell(f"measuring {evaluation.name}")
        try:
            figures, page = evaluation.run()
        except Exception as error:  # whatever broke off, an hour's other figures are worth having
            _log.exception("the evaluation %s broke off", evaluation.name)
            failed.append(f"{evaluation.name}: {str(error) or type(error).__name__}")
            tell(f"broke off, {failed[-1]}")
            continue
        path = out / _page_of(evaluation.name)
        page.save(path)
        path.with_suffix(".json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        lines += judge(evaluation.name, figures)
    _overview(lines, absent, failed).save(out / "index.html")
    return Outcome(lines, absent, failed)


def table(lines: Sequence[Line]) -> list[tuple[str, ...]]:
    """The rows of the one table: evaluation, figure, measured, bound, published, verdict."""
    return [
        (
            line.evaluation,
            line.figure,
            shown(line.value),
            f"<= {line.ceiling:g}"
            if line.ceiling is not None
            else f">= {line.floor:g}"
            if line.floor is not None
            else "",
            shown(line.published) if line.published is not None else "",
            "MISSED" if line.missed else "",
        )
        for line in lines
    ]


HEADS = ("evaluation", "figure", "measured", "bound", "published", "")


def _page_of(evaluation: str) -> str:
    return f"{evaluation.replace(' ', '-')}.html"


def _overview(lines: Sequence[Line], absent: Sequence[str], failed: Sequence[str]) -> Page:
    page = Page("Evaluations")
    page.heading("Against floors and published figures", "Shares from 0 to 1, times in milliseconds.")
    rows = [
        (Link(line.evaluation, _page_of(line.evaluation)), *row[1:], line.source)
        for row, line in zip(table(lines), lines, strict=True)
    ]
    page.table((*HEADS, "source of the published figure"), rows, frozenset(i for i, x in enumerate(lines) if x.missed))
    for heading, named in (("Broke off", failed), ("Left out", absent)):
        if named:
            page.heading(heading)
            page.table(("evaluation",), [(name,) for name in named])
    return page


def _plain(title: str, figures: dict[str, Any]) -> Measured:
    page = Page(title)
    page.heading("Figures", "Shares from 0 to 1. Held-out messages are not shown, so that nobody learns from them.")
    page.figures(figures)
    return figures, page


def _nlu(here: Surroundings, name: str, train: Sequence[Row], test: Sequence[Row], oos: str | None) -> Measured:
    report = evaluate_nlu(here.paths.config, train, test, oos)
    return report.figures(), nlu_page(report, f"Understanding: {name}", oos)


def _faqs(here: Surroundings, files: tuple[Path, ...]) -> Measured:
    faqs, queries, qrels = files
    report = evaluate(faqs, queries, qrels, here.encoder())
    return report.figures(), kb_page(report, "Knowledge base: StackFAQ")


def _shop_articles(here: Surroundings, files: tuple[Path, ...]) -> Measured:
    asked = [row for file in files for row in _lines(file)]
    answerable = [row for row in asked if row.get("article_id")]
    unanswerable = [row for row in asked if not row.get("article_id")]
    articles, encoder = here.paths.data / "kb", here.encoder()
    with tempfile.TemporaryDirectory() as folder:
        build(load_articles(articles), Path(folder), encoder, unanswered=load_unanswered(articles))
        report = evaluate_demo(KnowledgeBase.open(Path(folder), encoder), answerable, unanswerable)
    return report.figures(), demo_page(report, "Knowledge base: the shop's articles, held-out questions")


def _lines(file: Path) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _few_shot(folder: Path) -> list[Row]:
    texts = (folder / "seq.in").read_text(encoding="utf-8").splitlines()
    labels = (folder / "label").read_text(encoding="utf-8").splitlines()
    if len(texts) != len(labels):
        raise InvalidInput(f"{folder} has {len(texts)} texts and {len(labels)} labels.")
    return [Row(text, label) for text, label in zip(texts, labels, strict=True)]


def _clinc(folder: Path) -> tuple[list[Row], list[Row]]:
    """All in-scope training rows and no out-of-scope one; the test rows of both."""
    splits = json.loads((folder / "data_full.json").read_text(encoding="utf-8"))
    rows = {name: [Row(text, label) for text, label in split] for name, split in splits.items()}
    return rows["train"], rows["test"] + rows["oos_test"]
