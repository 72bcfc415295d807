"""Composition root: reads the settings once and joins the parts."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bot.errors import BatonError, InvalidInput
from bot.gateway.sessions import operator_proof
from bot.installation import Places, Secrets
from bot.logs import set_up_logging
from bot.settings import ROOT, Settings, read_settings, secret_from_state

if TYPE_CHECKING:
    from bot.backups import Kept
    from bot.brain.options import WorkerOptions
    from bot.doctor import Finding
    from bot.identity.accounts import Account, Role
    from bot.serving import ServiceValues
    from bot.storage.customers import SqlCustomerData
    from bot.storage.database import Database
    from bot.training.paths import Paths
    from kb_index.embedding import SentenceEncoder

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Installation:
    """The settings with their places and secrets."""

    settings: Settings
    places: Places
    secrets: Secrets


def installation() -> Installation:
    """Read the settings of this installation; makes its secrets on first use. Raises `InvalidSettings`."""
    settings = read_settings()
    state = settings.state_dir.absolute()
    places = Places(ROOT, settings.data_dir.absolute(), state)
    secrets = Secrets(
        settings.secret_key or secret_from_state(state, "secret_key"),
        settings.worker_token or secret_from_state(state, "worker_token"),
        settings.identity_secret,
    )
    return Installation(settings, places, secrets)


def operator_proof_of_this_installation() -> str | None:
    """Proof that a load client runs with this installation's secret; None where there is no secret yet."""
    settings = read_settings()
    key_file = settings.state_dir / "secret_key"
    key = settings.secret_key or (key_file.read_text().strip() if key_file.is_file() else None)
    return operator_proof(key, datetime.now(UTC)) if key else None


def bench_texts() -> Sequence[str]:
    """What load customers say: the questions that customers' articles answer, as written there."""
    from kb_index.articles import load_articles

    articles = load_articles(read_settings().data_dir / "kb")
    texts = [question for article in articles for question in article.questions if _fits(question)]
    if not texts:
        raise BatonError("There are no articles with questions to ask.", code="no_questions")
    return texts


def _fits(question: str) -> bool:
    return bool(re.search(r"\w", question)) and len(question) < 300


async def prepare(tell: Callable[[str], None]) -> dict[str, Any]:
    """`baton setup`: make whatever this installation lacks."""
    from bot.preparing import prepare_all

    own = installation()
    database = _database(own)
    try:
        return await prepare_all(database, own.settings.shop, own.places, own.settings.embedding_model, tell)
    finally:
        await database.close()


async def serve(host: str, port: int, tell: Callable[[str], None]) -> None:
    """`baton serve`: run until told to stop, and say where it can be reached."""
    from bot.open_files import allow_many
    from bot.preparing import prepare_accounts, prepare_database, prepare_shop
    from bot.running import serving_from
    from bot.serving import Service, run_service

    own = installation()
    set_up_logging(own.settings.log_level, own.settings.log_format)
    allow_many()
    with serving_from(own.places.state):
        database = _database(own)
        try:
            await prepare_database(database, tell)
            prepare_shop(own.settings.shop, own.places, tell)
            await prepare_accounts(database, own.places, tell)
        finally:
            await database.close()
        values = service_values(own, host, port)
        await run_service(Service(values), values, lambda bot_ready: _say_where(values, bot_ready, tell))


def service_values(own: Installation, host: str, port: int) -> ServiceValues:
    """The settings as the service takes them."""
    from bot.serving import ServiceValues

    settings = own.settings
    return ServiceValues(
        places=own.places,
        secrets=own.secrets,
        database_url=settings.database,
        shop_url=settings.shop,
        host=host,
        port=port,
        workers=settings.workers,
        worker_urls=settings.worker_urls,
        redis_url=settings.redis_url,
        allowed_origins=settings.allowed_origins,
        public_url=settings.public_url,
        trusted_proxies=settings.trusted_proxies,
        embedding_model=settings.embedding_model,
        opening_hours=settings.opening_hours,
        log_level=settings.log_level,
        log_format=settings.log_format,
        messages_per_minute=settings.messages_per_minute,
        sessions_per_minute=settings.sessions_per_minute,
        sockets_per_address=settings.sockets_per_address,
        busy_turns=settings.busy_turns,
        busy_seconds=settings.busy_seconds,
    )


def worker_options_of_this_installation(host: str, port: int) -> WorkerOptions:
    """Options of a worker started by hand."""
    from bot.brain.options import WorkerOptions

    own = installation()
    return WorkerOptions(
        models_dir=str(own.places.models),
        index_dir=str(own.places.index),
        data_dir=str(own.places.data),
        cache_dir=str(own.places.cache),
        shop_url=own.settings.shop,
        token=own.secrets.worker_token,
        port=port,
        host=host,
        embedding_model=own.settings.embedding_model,
        log_level=own.settings.log_level,
        log_format=own.settings.log_format,
    )


def training_paths() -> Paths:
    """Where a training of this installation reads and writes."""
    from bot.preparing import training_paths as of_places

    own = installation()
    paths: Paths = of_places(own.places, own.settings.embedding_model)
    return paths


def build_index(rebuild: bool, progress: Callable[[str, int, int], None]) -> dict[str, Any]:
    """`baton index`."""
    from bot.preparing import prepare_index

    own = installation()
    return prepare_index(own.places, own.settings.embedding_model, rebuild=rebuild, progress=progress)


def serving_encoder() -> SentenceEncoder:
    """The sentence encoder of this installation, on one thread as it serves."""
    from kb_index.embedding import load_encoder

    own = installation()
    return load_encoder(own.settings.embedding_model, own.places.cache)


def ask_knowledge(question: str) -> dict[str, Any]:
    """`baton ask`: straight from the index, without a running service."""
    from bot.brain.answer_wire import answer_to_json
    from kb_index.search import KnowledgeBase

    return answer_to_json(KnowledgeBase.open(installation().places.index, serving_encoder()).answer(question))


async def parse_text(text: str) -> dict[str, Any]:
    """`baton parse`: the live model, without a running service."""
    from bot.brain.app import parse_to_json
    from bot.brain.worker import build_host

    host = build_host(worker_options_of_this_installation("127.0.0.1", 0))
    await host.start()
    try:
        return parse_to_json(await host.parse(text))
    finally:
        await host.stop()


async def add_account(email: str, role: Role, password: str, *, name: str | None, teams: tuple[str, ...]) -> Account:
    """`baton user add`."""
    from bot.clock import SystemClock
    from bot.identity.accounts import Accounts
    from bot.storage.staff import SqlAccounts

    database = _database(installation())
    try:
        await database.upgrade()
        return await Accounts(SqlAccounts(database), SystemClock()).add(email, role, password, name=name, teams=teams)
    finally:
        await database.close()


async def export_customer(who: str) -> dict[str, Any]:
    """`baton export`."""
    return await _with_customer_data(lambda data: data.export(who))


async def erase_customer(who: str) -> dict[str, int]:
    """`baton erase`."""
    return await _with_customer_data(lambda data: data.erase(who))


def back_up_installation(file: Path) -> dict[str, Any]:
    """`baton backup`."""
    from bot.backups import back_up

    return back_up(_kept(read_settings()), file)


def restore_installation(file: Path) -> dict[str, Any]:
    """`baton restore`."""
    from bot.backups import restore

    return restore(_kept(read_settings()), file)


def _kept(settings: Settings) -> Kept:
    from bot.backups import MAIN, Kept
    from bot.storage.database import connect

    main = connect(settings.database)
    if not main.is_sqlite:
        raise InvalidInput(
            "This installation keeps its conversations in PostgreSQL. Back it up with pg_dump and pg_restore.",
            code="not_sqlite",
        )
    databases = {MAIN: Path(main.url.database or "")}
    if settings.shop.startswith("sqlite:"):
        databases["shop.sqlite3"] = Path(connect(settings.shop).url.database or "")
    return Kept(databases, settings.state_dir.absolute())


async def diagnose() -> list[Finding]:
    """`baton doctor`."""
    from bot.doctor import examine

    own = installation()
    database = _database(own)
    try:
        return await examine(database, own.places, own.settings.redis_url, own.settings.embedding_model)
    finally:
        await database.close()


async def _with_customer_data(act: Callable[[SqlCustomerData], Awaitable[T]]) -> T:
    from bot.storage.customers import SqlCustomerData

    database = _database(installation())
    try:
        await database.upgrade()
        return await act(SqlCustomerData(database))
    finally:
        await database.close()


def _database(own: Installation) -> Database:
    from bot.storage.database import connect

    return connect(own.settings.database)


def _say_where(values: ServiceValues, bot_ready: bool, tell: Callable[[str], None]) -> None:
    from bot.doctor import first_accounts_text

    base = values.public_url or f"http://{values.host}:{values.port}"
    state = "Baton is ready." if bot_ready else "Baton serves, but the bot is not ready yet: see `baton doctor`."
    pages = {
        "Shop with widget": "/",
        "Help centre": "/help",
        "Desk": "/desk",
        "Studio": "/studio",
        "Insight": "/insight",
    }
    tell(f"\n{state}\n" + "\n".join(f"  {name:17} {base}{path}" for name, path in pages.items()))
    accounts = first_accounts_text(values.places.first_accounts)
    if accounts:
        tell(f"\nOne-time passwords (kept in {values.places.first_accounts}; delete it once you have them):")
        tell("\n".join("  " + line for line in accounts.splitlines()))
    tell("\nCtrl-C stops it.")
