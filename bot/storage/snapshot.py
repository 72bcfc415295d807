"""Copies of SQLite databases that go on being written to, all from the same moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from bot.errors import Unavailable

BUSY_SECONDS = 30.0
PAGES_A_STEP = 2000


def snapshot(databases: Mapping[Path, Path]) -> None:
    """Copy each database (source to target) as it stood at one moment, the same for all. Writers wait only for that
    moment, not for the copying; `Unavailable` `storage_unavailable` if one of them does not let go."""
    try:
        with ExitStack() as stack:
            readers = _at_one_moment(stack, list(databases))
            for reader, target in zip(readers, databases.values(), strict=True):
                with closing(sqlite3.connect(target)) as copy:
                    reader.backup(copy, pages=PAGES_A_STEP)
                    copy.execute("PRAGMA journal_mode=DELETE")  # one file, whole, without a log beside it
    except sqlite3.OperationalError as error:
        raise Unavailable(f"A database cannot be copied now ({error}).", code="storage_unavailable") from error


def check_database(path: Path) -> str | None:
    """What is wrong with a database file, None if nothing is."""
    try:
        with closing(_open(path)) as connection:
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if found == "ok" else str(found)


def _at_one_moment(stack: ExitStack, sources: list[Path]) -> list[sqlite3.Connection]:
    """Connections that see each database as it is while nobody can write to any of them."""
    readers = []
    with ExitStack() as held:
        for source in sorted(sources):
            held.enter_context(_no_writers(source))
        for source in sources:
            reader = stack.enter_context(closing(_open(source)))
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the view begins with the first look
            readers.append(reader)
    return readers


@contextmanager
def _no_writers(path: Path) -> Iterator[None]:
    with closing(_open(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS, isolation_level=None)
