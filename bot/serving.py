"""The service in one process: its parts made, joined, started in order and stopped in order."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from bot.brain.client import WorkerBrain
from bot.brain.options import WorkerOptions
from bot.brain.supervisor import Supervisor
from bot.clock import SystemClock
from bot.conversation.recent import RecentEvents
from bot.conversation.service import ConversationService
from bot.conversation.turns import Dispatcher
from bot.core_metrics import CoreMetrics, LineMetrics, watch_database
from bot.desk.agent_api import desk_router
from bot.desk.canned import CannedReplies
from bot.desk.parts import Desk, make_desk, make_routing, make_staffing
from bot.errors import Unavailable
from bot.gateway.api_docs import api_docs_router
from bot.gateway.edge import API, add_customer_edge
from bot.gateway.health import health_router
from bot.gateway.help_centre import not_found_page
from bot.gateway.http_errors import install_error_handlers
from bot.gateway.intake import Intake
from bot.gateway.limits import Limits
from bot.gateway.metrics import GatewayMetrics
from bot.gateway.origins import Origins
from bot.gateway.pages import Pages
from bot.gateway.sessions import Sessions
from bot.gateway.socket import SocketParts
from bot.help_articles import FileHelpArticles
from bot.identity.access import StaffAccess
from bot.identity.accounts import Accounts
from bot.identity.audit import AuditLog
from bot.identity.audit_api import audit_router
from bot.identity.auth_api import auth_router
from bot.identity.customers import identity_verifier
from bot.identity.tokens import StaffTokens
from bot.insight.insight_api import insight_router
from bot.installation import Places, Secrets
from bot.preparing import training_paths
from bot.settled import settle
from bot.storage.audit import SqlAudit
from bot.storage.database import Database, connect
from bot.storage.figures import SqlRuns
from bot.storage.presence import SqlLeases, SqlPresence
from bot.storage.queue import SqlConversationList
from bot.storage.review import SqlReview
from bot.storage.sessions import SqlSessions
from bot.storage.signals import ChangeLook, InProcessSignals
from bot.storage.signals_redis import RedisSignals
from bot.storage.sql.changes import changed_since
from bot.storage.sql.store import SqlConversationStore
from bot.storage.staff import SqlAccounts, SqlStaffTokens
from bot.storage.trainings import SqlTrainings
from bot.studio.parts import Studio, make_studio
from bot.studio.studio_api import studio_router
from bot.studio_work import reading_with, reindexing, training_of
from bot.training.registry import Registry
from bot.wire_frames import FrameProtocol
from bot.wording import ResponseWords

log = logging.getLogger(__name__)

DESCRIPTION = "Customer support that answers at once and hands over to people without dropping anything."
GRACE_SECONDS = 10.0
TURNS_A_WORKER = 8


@dataclass(frozen=True, slots=True)
class ServiceValues:
    """Everything the service is told from outside."""

    places: Places
    secrets: Secrets
    database_url: str
    shop_url: str
    host: str
    port: int
    workers: int = 1
    worker_urls: tuple[str, ...] = ()
    redis_url: str | None = None
    allowed_origins: tuple[str, ...] = ()
    public_url: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    embedding_model: str | None = None
    opening_hours: str | None = None
    log_level: str = "info"
    log_format: str = "text"
    messages_per_minute: int = 30
    sessions_per_minute: int = 60
    sockets_per_address: int = 200
    busy_turns: int = 500
    busy_seconds: float = 30.0


class Service:
    """One gateway with its parts. `start` before serving `app`, `stop` after; both in the serving event loop."""

    def __init__(self, values: ServiceValues) -> None:
        self._values = values
        self.clock = SystemClock()
        self.registry = CollectorRegistry()
        self.database: Database = connect(values.database_url)
        self.signals = make_signals(values.redis_url, self.database)
        self.words = ResponseWords(values.places.domain)
        self.supervisor = None if values.worker_urls else Supervisor(worker_options(values), values.places.logs)
        self.brain = WorkerBrain(self._worker_urls, values.secrets.worker_token)
        self.store = SqlConversationStore(self.database)
        self.staffing = make_staffing(SqlPresence(self.database), self.signals, self.clock, values.opening_hours)
        self.conversations = ConversationService(
            self.store,
            self.signals,
            self.staffing.availability,
            self.words,
            self.clock,
            presence=self.staffing.presence,
            recent=RecentEvents() if isinstance(self.signals, InProcessSignals) else None,
        )
        self.dispatcher = Dispatcher(
            self.store,
            self.conversations,
            self.brain,
            self.signals,
            self.clock,
            concurrency=self._places(),
            observer=CoreMetrics(self.registry),
        )
        accounts = SqlAccounts(self.database)
        self.accounts = Accounts(accounts, self.clock)
        self.account_store = accounts
        self.tokens = StaffTokens(SqlStaffTokens(self.database), accounts, self.clock)
        self.access = StaffAccess(self.tokens)
        self.listing = SqlConversationList(self.database)
        self.audit = AuditLog(SqlAudit(self.database), self.clock)
        self.routing = make_routing(
            conversations=self.conversations,
            staffing=self.staffing,
            listing=self.listing,
            leases=SqlLeases(self.database),
            signals=self.signals,
            clock=self.clock,
            line_seen=LineMetrics(self.registry).seen,
        )
        self.studio = self._studio()
        self.app = self._web_app()
        self._running = AsyncExitStack()

    def _places(self) -> int:
        return TURNS_A_WORKER * max(1, len(self._worker_urls()))

    def _worker_urls(self) -> Sequence[str]:
        return self.supervisor.urls if self.supervisor else self._values.worker_urls

    async def start(self) -> None:
        """Bring the schema up to date, then start workers, dispatcher and routing."""
        await self.database.upgrade()
        self._running.push_async_callback(self.database.close)
        if isinstance(self.signals, RedisSignals):
            await self.signals.start()
            self._running.push_async_callback(self.signals.stop)
        else:
            changes = ChangeLook(self.signals, changed_since(self.database))
            self._running.push_async_callback(_cancelled, asyncio.create_task(changes.forever(), name="changes"))
        self._running.push_async_callback(self.brain.aclose)
        if self.supervisor:
            await self.supervisor.start()
            self._running.push_async_callback(self.supervisor.stop)
        await self.dispatcher.start()
        self._running.push_async_callback(self.dispatcher.stop, GRACE_SECONDS)
        self._running.push_async_callback(self.studio.close)
        routing = asyncio.create_task(self.routing.run(), name="routing")
        self._running.push_async_callback(_cancelled, routing)
        settle()

    async def stop(self) -> None:
        """Finish or hand on what is in flight, in reverse order of starting."""
        await self._running.aclose()

    async def worker_ready(self, seconds: float) -> bool:
        """Wait until the own workers can answer; True at once when workers run elsewhere."""
        return await self.supervisor.ready(seconds) if self.supervisor else True

    # -- the web side

    def _web_app(self) -> FastAPI:
        values = self._values
        app = FastAPI(
            title="Baton",
            description=DESCRIPTION,
            version="0.1.0",
            docs_url=None,
            redoc_url=None,
            openapi_url="/api/openapi.json",
        )
        pages = Pages(values.places.widget, values.allowed_origins)
        install_error_handlers(app, lambda: not_found_page(pages))
        origins = Origins(values.allowed_origins, values.public_url, values.trusted_proxies)
        identity = identity_verifier(values.secrets.identity) if values.secrets.identity else None
        limits = Limits(
            messages_per_minute=values.messages_per_minute,
            sessions_per_minute=values.sessions_per_minute,
            sockets_per_address=values.sockets_per_address,
            redis_url=values.redis_url,
        )
        metrics = GatewayMetrics(self.registry)
        watch_database(self.registry, lambda: self.database.waiting)
        intake = Intake(
            lambda: self.dispatcher.owed,
            most_turns=values.busy_turns,
            most_seconds=values.busy_seconds,
            places=self._places(),
            put_off=metrics.put_off.inc,
        )
        sessions = Sessions(SqlSessions(self.database), self.conversations, self.clock, identity, intake.check)
        parts = SocketParts(self.conversations, sessions, self.signals, limits, origins, metrics)
        articles = FileHelpArticles(values.places.articles)
        add_customer_edge(
            app, parts, pages, articles, self._search, operator_secret=values.secrets.key, now=self.clock.now
        )
        app.include_router(auth_router(self.accounts, self.tokens, self.access, origins.address), prefix=API)
        app.include_router(desk_router(self._desk()), prefix=API)
        app.include_router(studio_router(self.studio), prefix=API)
        app.include_router(audit_router(self.audit, self.access), prefix=API)
        insight = insight_router(SqlRuns(self.database), self.access, self.audit, self.clock)
        app.include_router(insight, prefix=API)
        app.include_router(api_docs_router(app))
        app.include_router(
            health_router({"database": self._database_check, "worker": self._worker_check}, self.registry)
        )
        return app

    def _desk(self) -> Desk:
        return make_desk(
            conversations=self.conversations,
            staffing=self.staffing,
            listing=self.listing,
            accounts=self.account_store,
            tokens=self.tokens,
            access=self.access,
            audit=self.audit,
            canned=CannedReplies(self._values.places.data / "desk" / "canned.yml"),
            signals=self.signals,
            clock=self.clock,
        )

    def _studio(self) -> Studio:
        places = self._values.places
        registry = Registry(places.models)
        paths = training_paths(places, self._values.embedding_model)
        return make_studio(
            data=places.data,
            locks=places.state / "locks",
            access=self.access,
            audit=self.audit,
            inbox=SqlReview(self.database),
            trainings=SqlTrainings(self.database),
            clock=self.clock,
            registry=registry,
            train=training_of(paths),
            reindex=reindexing(self.brain.reload),
            reload=self.brain.reload,
            read_with=reading_with(registry, places.cache),
        )

    async def _search(self, query: str) -> list[dict[str, Any]]:
        found = await self.brain.search(query)
        items: list[dict[str, Any]] = found["items"]
        return items

    async def _database_check(self) -> str | None:
        await self.database.revision()
        return None

    async def _worker_check(self) -> str | None:
        states = [state["status"] for state in await self.brain.health()]
        return None if "ready" in states else ", ".join(states) or "no worker"


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def make_signals(redis_url: str | None, database: Database) -> InProcessSignals | RedisSignals:
    """Signals in this process, or through Redis when there may be several gateways."""
    return RedisSignals(redis_url, changed_since=changed_since(database)) if redis_url else InProcessSignals()


def worker_options(values: ServiceValues) -> list[WorkerOptions]:
    """Options of the own workers, each on a free loopback port."""
    places = values.places
    return [
        WorkerOptions(
            models_dir=str(places.models),
            index_dir=str(places.index),
            data_dir=str(places.data),
            cache_dir=str(places.cache),
            shop_url=values.shop_url,
            token=values.secrets.worker_token,
            port=port,
            embedding_model=values.embedding_model,
            log_level=values.log_level,
            log_format=values.log_format,
        )
        for port in free_ports(values.workers)
    ]


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody listens on now."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


async def run_service(service: Service, values: ServiceValues, on_ready: Callable[[bool], None]) -> None:
    """Serve until SIGINT or SIGTERM. `on_ready` is told once the address answers, with whether the bot is ready too.
    Raises `Unavailable` `address_in_use` when somebody else listens there."""
    listener = listen(values.host, values.port)
    server = uvicorn.Server(
        uvicorn.Config(
            service.app,
            ws=FrameProtocol,
            ws_max_size=1024 * 1024,
            ws_ping_interval=None,  # the contract has its own ping, both ways
            ws_per_message_deflate=False,
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_config=None,
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
    )
    try:
        await service.start()
        telling = asyncio.create_task(_tell_when_ready(server, service, on_ready))
        await server.serve(sockets=[listener])
        telling.cancel()
    finally:
        await service.stop()
        listener.close()


async def _tell_when_ready(server: uvicorn.Server, service: Service, on_ready: Callable[[bool], None]) -> None:
    while not server.started:  # noqa: ASYNC110  uvicorn has no event to wait for
        await asyncio.sleep(0.02)
    on_ready(await service.worker_ready(60))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, taken before anything else is started so that a taken port costs nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Unavailable(
            f"Cannot listen on {host}:{port} ({error.strerror}). Stop what runs there, or choose another --port.",
            code="address_in_use",
        ) from error
    listener.set_inheritable(True)
    return listener
