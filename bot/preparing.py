"""Makes what an installation lacks: database, demo shop, model, index, first accounts. Each step is safe to repeat."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.clock import SystemClock
from bot.identity.accounts import Accounts, Role
from bot.installation import Places
from bot.storage.database import Database
from bot.storage.staff import SqlAccounts

Tell = Callable[[str], None]
FIRST = (
    ("admin@fernhill.example.com", "Robin Admin", Role.ADMIN),
    ("agent@fernhill.example.com", "Sam Agent", Role.AGENT),
    ("editor@fernhill.example.com", "Kit Editor", Role.EDITOR),
)


async def prepare_database(database: Database, tell: Tell) -> None:
    """Make the tables or bring them up to date."""
    before = await database.revision()
    await database.upgrade()
    after = await database.revision()
    if before != after:
        tell(f"Database: schema {after}")


def prepare_shop(shop_url: str, places: Places, tell: Tell) -> None:
    """Fill the demo shop's own database and move its dates with the calendar; another shop is left alone."""
    from actions.shop.seed import seed

    if not shop_url.startswith("sqlite:///"):
        return
    path = Path(shop_url.removeprefix("sqlite:///"))
    if path == places.state / "shop.sqlite3":
        if not path.exists():
            tell("Demo shop: customers and orders")
        seed(path, places.data / "shop", datetime.now(UTC).date())


def prepare_model(places: Places, embedding_model: str | None, tell: Tell) -> str:
    """Train and promote a model if none is live, or if the live one was made with another encoder or an earlier program
    than this installation has now; returns the live one's id."""
    from bot.training.job import Progress, train
    from bot.training.made_with import made_with
    from bot.training.registry import Registry

    registry = Registry(places.models)
    live = registry.live()
    if live is not None:
        wanted = made_with(places.config, places.domain, embedding_model)
        if wanted is None or live.metrics.get("made_with") == wanted:
            return live.id
        tell("Model: the live one was made by an earlier version or with another embedding model")
    last = ""

    def show(step: Progress) -> None:
        nonlocal last
        if step.message != last:
            last = step.message
            tell(f"Model: {step.share:4.0%} {step.message}")

    tell("Model: training on data/ (about half a minute)")
    candidate = train(training_paths(places, embedding_model), show)
    # The gate compares with a model that may not be readable any more: there is nothing better to stay with.
    return registry.promote(candidate.record.id, force=True).id


def training_paths(places: Places, embedding_model: str | None) -> Any:
    """The places as the training knows them."""
    from bot.training.paths import Paths

    return Paths(places.config, places.domain, places.data, places.models, places.cache, embedding_model)


def prepare_index(
    places: Places, embedding_model: str | None, *, rebuild: bool = False, progress: Callable[[str, int, int], None]
) -> dict[str, Any]:
    """Build the knowledge base's index if articles or encoder changed. Raises `BrokenArticles` naming every mistake."""
    from kb_index.articles import load_articles, load_unanswered
    from kb_index.build import build
    from kb_index.embedding import load_encoder

    encoder = load_encoder(embedding_model, places.cache, threads=os.cpu_count() or 1)
    report = build(
        load_articles(places.articles),
        places.index,
        encoder,
        unanswered=load_unanswered(places.articles),
        rebuild=rebuild,
        progress=progress,
    )
    return {
        "changed": report.changed,
        "articles": report.articles,
        "passages": report.passages,
        "embedded": report.embedded,
        "seconds": round(report.seconds, 2),
    }


async def prepare_accounts(database: Database, places: Places, tell: Tell) -> None:
    """On the first start make one admin, agent and editor with random passwords, kept once in a file of mode 600."""
    store = SqlAccounts(database)
    if await store.all():
        return
    accounts = Accounts(store, SystemClock())
    lines = []
    for email, name, role in FIRST:
        password = secrets.token_urlsafe(12)
        await accounts.add(email, role, password, name=name)
        lines.append(f"{role.value:7} {email:32} {password}")
    _write_private(places.first_accounts, "\n".join(lines) + "\n")
    tell("Accounts: one admin, agent and editor")


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


async def prepare_all(
    database: Database, shop_url: str, places: Places, embedding_model: str | None, tell: Tell
) -> dict[str, Any]:
    """Every step; returns what there is now and how long it took. The model is trained in a process of its own, so the
    index is built beside it."""
    from kb_index.embedding import load_encoder

    started = time.monotonic()
    await prepare_database(database, tell)
    prepare_shop(shop_url, places, tell)
    load_encoder(embedding_model, places.cache)  # prepared once, before two want it at the same time

    def indexed() -> dict[str, Any]:
        report = prepare_index(places, embedding_model, progress=lambda *_: None)
        if report["changed"]:
            tell(f"Knowledge base: {report['articles']} articles indexed in {report['seconds']:.1f} s")
        return report

    with ThreadPoolExecutor(1, "index") as beside:
        indexing = beside.submit(indexed)
        model = prepare_model(places, embedding_model, tell)
        index = indexing.result()
    await prepare_accounts(database, places, tell)
    return {"model": model, "index": index, "seconds": round(time.monotonic() - started, 1)}
