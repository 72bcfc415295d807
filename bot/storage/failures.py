"""What a database's failure means to whoever asked: gone for now, try the script again, or our own fault."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from sqlalchemy import exc

from bot.errors import Unavailable

# What a script may raise: SQLAlchemy's own wrapping, or the driver's error where a statement ran on the driver itself.
DRIVER_ERRORS: tuple[type[Exception], ...] = (exc.DBAPIError, sqlite3.Error, psycopg2.Error)

_NAMES_OF_OUR_FAULT = frozenset(
    ("IntegrityError", "ProgrammingError", "DataError", "NotSupportedError", "InternalError")
)
# SQLite reports a programming fault and a full disk by the same class; only the words differ.
_SQLITE_OUR_FAULT = ("no such", "syntax error", "has no column", "already exists", "incomplete input", "too many SQL")
# PostgreSQL: deadlock, serialization failure, and a key that another writer took first.
_AGAIN = frozenset(("40P01", "40001", "23505"))


def is_our_fault(error: Exception) -> bool:
    """True for a statement that could never work."""
    cause = _cause(error)
    if any(base.__name__ in _NAMES_OF_OUR_FAULT for base in type(cause).__mro__):
        return not (isinstance(error, exc.DBAPIError) and error.connection_invalidated)
    return isinstance(cause, sqlite3.InterfaceError) or any(words in str(cause) for words in _SQLITE_OUR_FAULT)


def worth_again(error: Exception) -> bool:
    """True if the same script may well succeed when run again at once."""
    cause = _cause(error)
    code = getattr(cause, "pgcode", None) or getattr(cause, "sqlstate", None)
    return code in _AGAIN or (isinstance(error, exc.DBAPIError) and bool(error.connection_invalidated))


def _cause(error: Exception) -> BaseException:
    return error.orig if isinstance(error, exc.DBAPIError) and error.orig is not None else error


def unavailable(error: BaseException) -> Unavailable:
    """The designed answer to a database that is locked, full, read-only or gone."""
    answer = Unavailable(
        "Messages cannot be stored right now. Nothing was lost; try again in a moment.", code="storage_unavailable"
    )
    answer.__cause__ = error
    return answer


@contextmanager
def translating() -> Iterator[None]:
    """Turns a database failure inside the block into what the caller is told."""
    try:
        yield
    except Exception as error:
        told = translated(error)
        if told is error:
            raise
        raise told from error


def translated(error: BaseException) -> BaseException:
    """`Unavailable` where the database is to blame, else the error as it is."""
    if isinstance(error, DRIVER_ERRORS) and not is_our_fault(error):
        return unavailable(error)
    if isinstance(error, exc.TimeoutError | OSError):
        return unavailable(error)
    return error
