"""What is wrong with an installation, and how to mend it."""

from __future__ import annotations

import importlib.metadata
import shutil
import stat
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.installation import Places
from bot.storage.database import Database
from bot.wording import ResponseWords

NEEDED = {"rasa": "3.6.21", "numpy": "1.26", "fastapi": "", "spacy": "", "faiss-cpu": "", "onnxruntime": ""}
LEAST_FREE_BYTES = 500 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `mend` says what to do where it is not well."""

    name: str
    well: bool
    detail: str
    mend: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


async def examine(
    database: Database, places: Places, redis_url: str | None, embedding_model: str | None = None
) -> list[Finding]:
    """Look at everything; a check that fails in an unexpected way is itself a finding."""
    checks: list[tuple[str, Callable[[], Awaitable[Finding]]]] = [
        ("python", lambda: _now(_python())),
        ("packages", lambda: _now(_packages())),
        ("state directory", lambda: _now(_state(places))),
        ("secrets", lambda: _now(_secrets(places))),
        ("content", lambda: _now(_content(places))),
        ("articles", lambda: _now(_articles(places))),
        ("model", lambda: _now(_model(places, embedding_model))),
        ("index", lambda: _now(_index(places))),
        ("front end", lambda: _now(_front_end(places))),
        ("database", lambda: _database(database)),
    ]
    if redis_url:
        checks.append(("redis", lambda: _redis(redis_url)))
    findings = []
    for name, check in checks:
        try:
            findings.append(await check())
        except Exception as error:
            message = getattr(error, "message", None) or f"{type(error).__name__}: {error}"
            findings.append(Finding(name, False, str(message), "See the message; `baton setup` mends most of it."))
    return findings


async def _now(finding: Finding) -> Finding:
    return finding


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    well = sys.version_info[:2] == (3, 11)
    return Finding("python", well, version, "" if well else "Install Python 3.11 and run `make setup-environment`.")


def _packages() -> Finding:
    wrong = []
    for name, version in NEEDED.items():
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        if not found.startswith(version):
            wrong.append(f"{name} is {found}, not {version}")
    mend = "Run `make clean setup-environment`." if wrong else ""
    return Finding("packages", not wrong, "; ".join(wrong) or "as locked", mend)


def _state(places: Places) -> Finding:
    places.state.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(places.state).free
    well = free > LEAST_FREE_BYTES
    return Finding(
        "state directory", well, f"{places.state}, {free / 1e9:.1f} GB free", "" if well else "Make room on that disk."
    )


def _secrets(places: Places) -> Finding:
    files = [places.state / "secret_key", places.state / "worker_token", places.first_accounts]
    open_files = [file for file in files if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077]
    names = ", ".join(str(file) for file in open_files)
    return Finding(
        "secrets", not open_files, names or "readable by their owner alone", f"chmod 600 {names}" if open_files else ""
    )


def _content(places: Places) -> Finding:
    words = ResponseWords(places.domain)
    return Finding("content", True, f"{places.data}, {len(words.names())} of the service's own sentences")


def _articles(places: Places) -> Finding:
    from kb_index.articles import read_articles

    articles, errors = read_articles(places.articles)
    mend = f"{errors[0]}" if errors else ""
    return Finding("articles", not errors and bool(articles), f"{len(articles)} readable, {len(errors)} broken", mend)


def _model(places: Places, embedding_model: str | None) -> Finding:
    from bot.training.made_with import made_with
    from bot.training.registry import Registry

    registry = Registry(places.models)
    live = registry.live()
    if live is None:
        return Finding("model", False, "none is live", "Run `baton train --promote`.")
    registry.archive(live.id)
    if live.metrics.get("made_with") != made_with(places.config, places.domain, embedding_model):
        detail = f"{live.id} was made by an earlier version or with another embedding model and may be unreadable"
        return Finding("model", False, detail, "Run `baton setup`: it trains anew.")
    return Finding("model", True, f"{live.id} is live, its file is the one that was trained")


def _index(places: Places) -> Finding:
    from kb_index.build import current, read_manifest

    manifest = read_manifest(current(places.index))
    return Finding("index", True, f"{manifest.articles} articles, model {manifest.model_id}")


def _front_end(places: Places) -> Finding:
    missing = [name for name in ("widget.js", "panel.js", "desk.js") if not (places.widget / "dist" / name).is_file()]
    mend = "Run `make widget` (needs Node), or take widget/dist from the repository." if missing else ""
    return Finding("front end", not missing, "missing: " + ", ".join(missing) if missing else "built", mend)


async def _database(database: Database) -> Finding:
    revision = await database.revision()
    mend = "" if revision else "Run `baton setup`."
    return Finding("database", revision is not None, f"schema {revision}" if revision else "empty", mend)


async def _redis(url: str) -> Finding:
    from redis.asyncio import from_url

    client = from_url(url, socket_connect_timeout=3, socket_timeout=3)
    try:
        await client.ping()
        return Finding("redis", True, "answers")
    finally:
        await client.aclose()


def first_accounts_text(path: Path) -> str | None:
    """The one-time passwords, while their file is there."""
    return path.read_text().rstrip() if path.is_file() else None
