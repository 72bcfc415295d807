"""One database: its engines and settings, its transactions, its schema."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot import fast_json
from bot.errors import InvalidInput
from bot.storage import schema
from bot.storage.failures import translating
from bot.storage.scripts import (
    BEGIN_READING,
    BEGIN_WRITING,
    DriverScript,
    PooledScripts,
    Script,
    ScriptRunner,
    SqliteScripts,
)

T = TypeVar("T")

BUSY_SECONDS = 5
SQLITE_READERS = 2
POSTGRES_CONNECTIONS = 8
CONNECT_SECONDS = 5


class Database:
    """SQLite (a file) or PostgreSQL behind one face.

    Two ways in: `read_script`/`write_script` run a plain function over a SQLAlchemy `Connection` in one transaction,
    off the loop, and are what hot paths use; `read`/`write` give an `AsyncConnection` inside a transaction for
    everything else. Either raises `Unavailable` `storage_unavailable` when the database is locked, full or gone."""

    def __init__(self, url: str, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.url = _parsed(url)
        self._busy_seconds = busy_seconds
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        # One gate for both ways into SQLite, so that they queue here and not on the file's lock.
        self._gate = asyncio.Lock()
        self._async_engine: AsyncEngine | None = None
        self._runner: ScriptRunner | None = None

    async def read_script(self, script: Script[T], *, first: bool = False) -> T:
        """Run a function that only reads; it sees one consistent state. `first` puts it before all others that wait:
        for the desk's own work, which must stay quick while customers' traffic piles up."""
        return await self._scripts().read(script, first=first)

    async def write_script(self, script: Script[T]) -> T:
        """Run a function that writes; durable when this returns. It may be run more than once, so it must keep nothing
        outside the database."""
        return await self._scripts().write(script)

    async def read_direct(self, script: DriverScript[T]) -> T:
        """As `read_script`, with prepared statements on the driver itself: for what runs for every message."""
        return await self._scripts().read_direct(script)

    async def write_direct(self, script: DriverScript[T], *, first: bool = False) -> T:
        """As `write_script`, with prepared statements on the driver itself."""
        return await self._scripts().write_direct(script, first=first)

    @property
    def waiting(self) -> int:
        """How many scripts of this process wait for the database now."""
        return self._runner.waiting if self._runner is not None else 0

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection inside a transaction that is rolled back at the end."""
        with translating():
            async with self._engine().connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A connection inside a transaction that is committed at the end unless the block raises. Keep it short: on
        SQLite nobody else can write meanwhile."""
        with translating():
            if not self.is_sqlite:
                async with self._engine().begin() as connection:
                    yield connection
                return
            async with self._gate, self._engine().connect() as plain:
                connection = await plain.execution_options(baton_write=True)
                async with connection.begin():
                    yield connection

    async def upgrade(self, revision: str = "head") -> None:
        """Bring the schema up to date. `SchemaTooNew` if a newer program wrote it. Several processes may do it at
        once."""
        await self._with_schema(lambda connection: schema.upgrade(connection, revision))

    async def downgrade(self, revision: str) -> None:
        """Take the schema back to an earlier revision (`base` for none)."""
        await self._with_schema(lambda connection: schema.downgrade(connection, revision))

    async def revision(self) -> str | None:
        """The schema's revision, None if the database is empty; `SchemaTooNew` as `upgrade`."""
        return await self._with_schema(schema.current)

    async def _with_schema(self, act: Script[T]) -> T:
        def run() -> T:
            engine = _schema_engine(self.url)
            try:
                with translating(), engine.begin() as connection:
                    return act(connection)
            finally:
                engine.dispose()

        if self.is_sqlite:
            _make_directory(self.url)
        async with self._gate:
            return await asyncio.to_thread(run)

    async def close(self) -> None:
        """Let what runs end and close every connection."""
        if self._runner is not None:
            await self._runner.close()
            self._runner = None
        if self._async_engine is not None:
            await self._async_engine.dispose()
            self._async_engine = None

    def _scripts(self) -> ScriptRunner:
        if self._runner is None:
            if self.is_sqlite:
                _make_directory(self.url)
                reading = _sqlite_engine(self.url, self._busy_seconds, begin=BEGIN_READING, read_only=True)
                writing = _sqlite_engine(self.url, self._busy_seconds, begin=BEGIN_WRITING)
                self._runner = SqliteScripts(writing, reading, self._gate, SQLITE_READERS)
            else:
                general = _postgres_engine(self.url, self._busy_seconds)
                direct = _postgres_engine(self.url, self._busy_seconds, direct=True)
                self._runner = PooledScripts(general, direct, POSTGRES_CONNECTIONS)
        return self._runner

    def _engine(self) -> AsyncEngine:
        if self._async_engine is None:
            self._async_engine = _async_engine(self.url, self._busy_seconds)
        return self._async_engine


def connect(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Database:
    """A database by its address (`sqlite:///path/to/file.db` or `postgresql://user@host/name`); nothing is opened yet.

    A lock that somebody else holds is waited for `busy_seconds`. `InvalidInput` `bad_database_url` for any
    other address."""
    return Database(url, busy_seconds=busy_seconds)


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
    except ArgumentError as error:
        raise _bad_url() from error
    backend = parsed.get_backend_name()
    if backend not in ("sqlite", "postgresql") or not parsed.database or parsed.database == ":memory:":
        raise _bad_url()
    return parsed.set(drivername=backend)


def _bad_url() -> InvalidInput:
    return InvalidInput(
        "The database address must be sqlite:///PATH or postgresql://USER@HOST/NAME.", code="bad_database_url"
    )


def _make_directory(url: URL) -> None:
    Path(url.database or ".").parent.mkdir(parents=True, exist_ok=True)


def _sqlite_engine(url: URL, busy_seconds: float = BUSY_SECONDS, *, begin: str, read_only: bool = False) -> Engine:
    engine = create_engine(
        url,
        json_serializer=_compact_json,
        json_deserializer=fast_json.loads,
        hide_parameters=True,
        poolclass=NullPool,
        connect_args={"check_same_thread": False, "timeout": busy_seconds},
    )
    event.listen(engine, "connect", lambda connection, _record: _set_up_sqlite(connection, read_only=read_only))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _set_up_sqlite(connection: object, *, read_only: bool = False) -> None:
    # The driver's own transaction handling would begin too late and without IMMEDIATE.
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    # FULL flushes at every commit: an acknowledged message survives a power cut, not only a crash.
    pragmas = ["journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"]
    for pragma in [*pragmas, "query_only=ON"] if read_only else pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _compact_json(value: Any) -> str:
    return fast_json.dumps(value).decode()


def _postgres_engine(url: URL, busy_seconds: float, *, direct: bool = False) -> Engine:
    """`direct` is for the store's own short scripts: in autocommit, and none of them may hold up a conversation for
    long, not even if this process is stopped in the middle of one."""
    limits = {"lock_timeout": busy_seconds}
    if direct:
        limits |= {"statement_timeout": busy_seconds + 10, "idle_in_transaction_session_timeout": busy_seconds + 10}
    return create_engine(
        url.set(drivername="postgresql+psycopg2"),
        json_serializer=_compact_json,
        json_deserializer=fast_json.loads,
        hide_parameters=True,
        pool_size=POSTGRES_CONNECTIONS,
        max_overflow=0,
        isolation_level="AUTOCOMMIT" if direct else "READ COMMITTED",
        connect_args=_POSTGRES
        | {"options": " ".join(f"-c {name}={round(seconds * 1000)}" for name, seconds in limits.items())},
    )


# A server that vanished without a word is noticed within some ten seconds.
_POSTGRES = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def _schema_engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, begin=BEGIN_WRITING)
    return create_engine(
        url.set(drivername="postgresql+psycopg2"),
        poolclass=NullPool,
        connect_args=_POSTGRES,
    )


def _async_engine(url: URL, busy_seconds: float) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            json_serializer=_compact_json,
            json_deserializer=fast_json.loads,
            hide_parameters=True,
            pool_size=5,
            max_overflow=5,
            connect_args={"timeout": CONNECT_SECONDS},
        )
    _make_directory(url)
    engine = create_async_engine(
        url.set(drivername="sqlite+aiosqlite"),
        json_serializer=_compact_json,
        json_deserializer=fast_json.loads,
        hide_parameters=True,
        pool_size=3,
        connect_args={"timeout": busy_seconds},
    )
    event.listen(engine.sync_engine, "connect", lambda connection, _record: _set_up_sqlite(connection))
    event.listen(engine.sync_engine, "begin", _begin_async_sqlite)
    return engine


def _begin_async_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("baton_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
