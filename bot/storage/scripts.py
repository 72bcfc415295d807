"""Running plain functions inside transactions, off the event loop.

SQLite has one writer at a time whatever one does, so all scripts of a process go through one thread and one
connection, and those that wait for the same disk flush share it (group commit). PostgreSQL groups commits itself:
there each script has a connection of its own.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, PoolProxiedConnection

from bot.errors import Unavailable
from bot.storage.driver import Driver, PostgresDriver, SqliteDriver
from bot.storage.failures import DRIVER_ERRORS, translated, translating, worth_again

T = TypeVar("T")
Script = Callable[[Connection], T]
DriverScript = Callable[[Driver], T]

GROUP = 64
QUEUE_LIMIT = 5000
TRIES = 3
BEGIN_READING, BEGIN_WRITING = "BEGIN", "BEGIN IMMEDIATE"
"""How transactions begin on SQLite: one that will write takes the lock at once, not in the middle."""


class ScriptRunner(Protocol):
    """Runs scripts over a connection; what a write script did is durable when `write` returns."""

    async def read(self, script: Script[T], *, first: bool = False) -> T:
        """Run in a transaction that only reads; `first` before all others that wait."""
        ...

    async def write(self, script: Script[T], *, first: bool = False) -> T:
        """Run in a transaction that is committed unless the script raises. The script may be run more than once."""
        ...

    async def read_direct(self, script: DriverScript[T]) -> T:
        """As `read`, with prepared statements on the driver. On PostgreSQL each statement sees the newest state."""
        ...

    async def write_direct(self, script: DriverScript[T], *, first: bool = False) -> T:
        """As `write`, with prepared statements on the driver."""
        ...

    @property
    def waiting(self) -> int:
        """How many scripts wait for their turn now."""
        ...

    async def close(self) -> None:
        """Let what was handed in end, then close the connections."""
        ...


class Line:
    """Who waits for one of some places. Those who go first come before all others, so that a desk stays quick while
    customers' traffic piles up; either line is bounded, because a database that has become slow must not fill the
    memory with those who wait for it."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._first: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    def __len__(self) -> int:
        return len(self._first) + len(self._others)

    @asynccontextmanager
    async def place(self, *, first: bool = False) -> AsyncIterator[None]:
        """Hold a place; `Unavailable` `storage_unavailable` if the line is too long."""
        if self._free > 0:
            self._free -= 1
        else:
            await self._wait(self._first if first else self._others)
        try:
            yield
        finally:
            self._give_back()

    async def _wait(self, line: deque[asyncio.Future[None]]) -> None:
        if len(line) >= QUEUE_LIMIT:
            raise _too_busy()
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.cancelled():
                with suppress(ValueError):
                    line.remove(waiter)
            else:
                self._give_back()  # the place came in the very moment in which it was not wanted any more
            raise

    def _give_back(self) -> None:
        for line in (self._first, self._others):
            while line:
                waiter = line.popleft()
                if not waiter.done():
                    waiter.set_result(None)
                    return
        self._free += 1


def _too_busy() -> Unavailable:
    return Unavailable("The service is too busy to store this now. Try again.", code="storage_unavailable")


@dataclass(slots=True)
class _Job:
    script: Script[Any]
    answer: asyncio.Future[Any]
    on_driver: bool


class _DriverTransaction:
    """A transaction that SQLAlchemy does not hear of, for scripts that run on the driver: keeping its books costs as
    much as a message's statements. `begin` is the statement that begins it; committed unless the block raises."""

    def __init__(self, connection: Connection, begin: str) -> None:
        self._raw: Any = connection.connection.dbapi_connection
        self._begin = begin

    def __enter__(self) -> None:
        self._raw.execute(self._begin)

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        try:
            if error is None:
                self._raw.execute("COMMIT")
        finally:
            if self._raw.in_transaction:
                self._raw.execute("ROLLBACK")


class _Outcome:
    __slots__ = ("error", "value")

    def __init__(self, value: Any = None, error: BaseException | None = None) -> None:
        self.value = value
        self.error = error


class SqliteScripts:
    """One writing thread with group commit, a few reading threads with a connection each."""

    def __init__(self, writing: Engine, reading: Engine, gate: asyncio.Lock, readers: int) -> None:
        self._writing = writing
        self._reading = reading
        self._gate = gate
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="sqlite-write")
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="sqlite-read")
        self._own = threading.local()
        self._opened: list[Connection] = []
        self._first: deque[_Job] = deque()
        self._jobs: deque[_Job] = deque()
        self._draining: asyncio.Task[None] | None = None
        self._reading_line = Line(readers)
        self._closed = False

    @property
    def waiting(self) -> int:
        """See `ScriptRunner.waiting`."""
        return len(self._first) + len(self._jobs) + len(self._reading_line)

    async def read(self, script: Script[T], *, first: bool = False) -> T:
        """See `ScriptRunner.read`."""
        return await self._run_reading(script, first=first, on_driver=False)

    async def _run_reading(self, script: Script[T], *, first: bool, on_driver: bool) -> T:
        with translating():
            async with self._reading_line.place(first=first):
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._readers, self._read, script, on_driver)

    def _read(self, script: Script[T], on_driver: bool) -> T:
        connection = self._connection(self._reading)
        with _DriverTransaction(connection, BEGIN_READING) if on_driver else connection.begin():
            return script(connection)

    async def write(self, script: Script[T], *, first: bool = False) -> T:
        """See `ScriptRunner.write`."""
        return await self._run_writing(script, first=first, on_driver=False)

    async def _run_writing(self, script: Script[T], *, first: bool, on_driver: bool) -> T:
        jobs = self._first if first else self._jobs
        if self._closed or len(jobs) >= QUEUE_LIMIT:
            raise _too_busy()
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        jobs.append(_Job(script, answer, on_driver))
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain(), name="sqlite-writes")
        return await answer

    async def read_direct(self, script: DriverScript[T]) -> T:
        """See `ScriptRunner.read_direct`."""
        on_driver: Script[T] = lambda connection: script(_sqlite_driver(connection))  # noqa: E731
        return await self._run_reading(on_driver, first=False, on_driver=True)

    async def write_direct(self, script: DriverScript[T], *, first: bool = False) -> T:
        """See `ScriptRunner.write_direct`."""
        on_driver: Script[T] = lambda connection: script(_sqlite_driver(connection))  # noqa: E731
        return await self._run_writing(on_driver, first=first, on_driver=True)

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._first or self._jobs:
                group = self._next_group()
                async with self._gate:
                    outcomes = await self._written(loop, group)
                for job, outcome in zip(group, outcomes, strict=True):
                    _answer(job.answer, outcome)
        finally:
            self._draining = None

    def _next_group(self) -> list[_Job]:
        first = [self._first.popleft() for _ in range(min(GROUP, len(self._first)))]
        return first + [self._jobs.popleft() for _ in range(min(GROUP - len(first), len(self._jobs)))]

    async def _written(self, loop: asyncio.AbstractEventLoop, group: list[_Job]) -> list[_Outcome]:
        try:
            return await loop.run_in_executor(self._writer, self._write_group, group)
        except Exception as error:  # whatever it is, those who wait must hear of it
            return [_Outcome(error=translated(error))] * len(group)

    def _write_group(self, group: list[_Job]) -> list[_Outcome]:
        if len(group) > 1:
            try:
                return self._write_together(group)
            except DRIVER_ERRORS:
                # One of them, or the commit, hit the database's limits: give each its own chance and its own answer.
                pass
        return [self._write_alone(job) for job in group]

    def _write_together(self, group: list[_Job]) -> list[_Outcome]:
        connection = self._connection(self._writing)
        raw: Any = connection.connection.dbapi_connection
        outcomes = []
        with self._writing_transaction(connection, on_driver=all(job.on_driver for job in group)):
            for job in group:
                raw.execute("SAVEPOINT script")
                try:
                    outcomes.append(_Outcome(job.script(connection)))
                except DRIVER_ERRORS:
                    raise
                except Exception as error:
                    raw.execute("ROLLBACK TO script")
                    outcomes.append(_Outcome(error=error))
                raw.execute("RELEASE script")
        return outcomes

    def _write_alone(self, job: _Job) -> _Outcome:
        try:
            connection = self._connection(self._writing)
            with self._writing_transaction(connection, on_driver=job.on_driver):
                return _Outcome(job.script(connection))
        except Exception as error:
            told = translated(error)
            if isinstance(told, Unavailable) and told is not error:
                self._forget_connection()
            return _Outcome(error=told)

    def _writing_transaction(self, connection: Connection, *, on_driver: bool) -> AbstractContextManager[Any]:
        return _DriverTransaction(connection, BEGIN_WRITING) if on_driver else connection.begin()

    def _forget_connection(self) -> None:
        # After a failure of the disk or the file, nothing is assumed of a connection that saw it.
        connection: Connection | None = getattr(self._own, "connection", None)
        self._own.connection = None
        if connection is not None:
            self._opened.remove(connection)
            with suppress(Exception):
                connection.close()

    def _connection(self, engine: Engine) -> Connection:
        connection: Connection | None = getattr(self._own, "connection", None)
        if connection is None or connection.closed or connection.invalidated:
            connection = engine.connect()
            self._own.connection = connection
            self._opened.append(connection)
        return connection

    async def close(self) -> None:
        """See `ScriptRunner.close`."""
        self._closed = True
        if self._draining is not None:
            await self._draining
        await asyncio.to_thread(self._writer.shutdown)
        await asyncio.to_thread(self._readers.shutdown)
        for connection in self._opened:
            connection.close()


def _sqlite_driver(connection: Connection) -> SqliteDriver:
    return SqliteDriver(connection.connection.dbapi_connection, connection.dialect)


def _answer(answer: asyncio.Future[Any], outcome: _Outcome) -> None:
    if answer.done():  # whoever asked has gone; what was stored stays stored
        return
    if outcome.error is not None:
        answer.set_exception(outcome.error)
    else:
        answer.set_result(outcome.value)


class PooledScripts:
    """A thread and a connection for each script that runs. `direct` is an engine in autocommit."""

    def __init__(self, engine: Engine, direct: Engine, threads: int) -> None:
        self._engine = engine
        self._direct = direct
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="sql")
        self._line = Line(threads)
        self._own = threading.local()
        self._opened: list[PoolProxiedConnection] = []

    @property
    def waiting(self) -> int:
        """See `ScriptRunner.waiting`."""
        return len(self._line)

    async def read(self, script: Script[T], *, first: bool = False) -> T:
        """See `ScriptRunner.read`."""
        return await self._run(lambda: self._once(script), first)

    async def write(self, script: Script[T], *, first: bool = False) -> T:
        """See `ScriptRunner.write`."""
        return await self._run(lambda: self._once(script), first)

    async def read_direct(self, script: DriverScript[T]) -> T:
        """See `ScriptRunner.read_direct`."""
        return await self._run(lambda: self._once_direct(script, writes=False), first=False)

    async def write_direct(self, script: DriverScript[T], *, first: bool = False) -> T:
        """See `ScriptRunner.write_direct`."""
        return await self._run(lambda: self._once_direct(script, writes=True), first)

    async def _run(self, once: Callable[[], T], first: bool) -> T:
        async with self._line.place(first=first):
            return await asyncio.get_running_loop().run_in_executor(self._threads, _with_tries, once)

    def _once(self, script: Script[T]) -> T:
        with self._engine.connect() as connection:
            transaction = connection.begin()
            try:
                result = script(connection)
            except DRIVER_ERRORS as error:
                # Nothing is committed yet, so running it again cannot do anything twice.
                if worth_again(error):
                    if connection.invalidated:
                        self._engine.dispose()
                    raise _Again(error) from error
                raise
            # A commit that fails half way may have happened: it is never run again here.
            transaction.commit()
            return result

    def _once_direct(self, script: DriverScript[T], *, writes: bool) -> T:
        connection = self._own_connection()
        known = connection.info.setdefault("statements", set())
        driver = PostgresDriver(connection.dbapi_connection, self._direct.dialect, known, writes=writes)
        try:
            result = self._scripted(script, driver, connection)
            self._committed(driver, connection)
            return result
        except BaseException:
            self._undo(driver, connection)
            raise

    def _own_connection(self) -> PoolProxiedConnection:
        # Each thread keeps its own: taking one from a pool and giving it back costs as much as a statement.
        connection: PoolProxiedConnection | None = getattr(self._own, "connection", None)
        if connection is None or not connection.is_valid:
            connection = self._own.connection = self._direct.raw_connection()
            self._opened.append(connection)
        return connection

    def _undo(self, driver: PostgresDriver, connection: PoolProxiedConnection) -> None:
        if not connection.is_valid:
            return
        try:
            driver.rollback()
        except DRIVER_ERRORS:
            connection.invalidate()  # the server undoes it when the connection ends

    def _scripted(self, script: DriverScript[T], driver: PostgresDriver, connection: PoolProxiedConnection) -> T:
        try:
            return script(driver)
        except DRIVER_ERRORS as error:
            if self._is_gone(connection) or worth_again(error):
                raise _Again(error) from error
            raise

    def _committed(self, driver: PostgresDriver, connection: PoolProxiedConnection) -> None:
        try:
            driver.commit()
        except DRIVER_ERRORS as error:
            # If the connection broke, nobody knows whether it was committed. If a statement was refused, it was not.
            if not self._is_gone(connection) and worth_again(error):
                raise _Again(error) from error
            raise

    def _is_gone(self, connection: PoolProxiedConnection) -> bool:
        """Whether the connection has died; then it is let go."""
        raw: Any = connection.dbapi_connection
        if raw is not None and not raw.closed:
            return False
        connection.invalidate()
        self._opened.remove(connection)
        return True

    async def close(self) -> None:
        """See `ScriptRunner.close`."""
        await asyncio.to_thread(self._threads.shutdown)
        for connection in self._opened:
            connection.close()
        self._engine.dispose()
        self._direct.dispose()


class _Again(Exception):
    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def _with_tries(once: Callable[[], T]) -> T:
    with translating():
        for _ in range(TRIES - 1):
            with suppress(_Again):
                return once()
        try:
            return once()
        except _Again as again:
            raise again.error from again
