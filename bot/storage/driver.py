"""Running prepared statements on the database's own driver, inside one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import Dialect

from bot.storage.prepared import Prepared, Values

Row = Sequence[Any]


class Driver(Protocol):
    """What the store asks of a database connection that is in a transaction."""

    @property
    def dialect(self) -> Dialect:
        """The database's dialect."""
        ...

    def all(self, statement: Prepared, **values: Any) -> list[Row]:
        """Every row."""
        ...

    def count(self, statement: Prepared, **values: Any) -> int:
        """How many rows a change met."""
        ...

    def write(self, statement: Prepared, rows: Sequence[Values]) -> None:
        """Run a change for each row of values; its effect is there for the next statement, its failure may show
        later."""
        ...


class SqliteDriver:
    """Every statement runs at once: it is a function call away."""

    def __init__(self, raw: Any, dialect: Dialect) -> None:
        self.dialect = dialect
        self._raw = raw

    def all(self, statement: Prepared, **values: Any) -> list[Row]:
        """See `Driver.all`."""
        compiled = statement.on(self.dialect)
        return compiled.rows(self._raw.execute(compiled.sql, compiled.parameters(values)).fetchall())

    def count(self, statement: Prepared, **values: Any) -> int:
        """See `Driver.count`."""
        compiled = statement.on(self.dialect)
        return int(self._raw.execute(compiled.sql, compiled.parameters(values)).rowcount)

    def write(self, statement: Prepared, rows: Sequence[Values]) -> None:
        """See `Driver.write`."""
        compiled = statement.on(self.dialect)
        for row in rows:
            self._raw.execute(compiled.sql, compiled.parameters(row))


class PostgresDriver:
    """Changes wait for the next statement that needs an answer and travel with it, and so do the transaction's
    beginning and end: three round trips for a message where there would be eight. The server reads and plans each
    statement once a connection: `known` holds the names of those that this one has, and is kept with it. The
    connection itself is in autocommit."""

    def __init__(self, raw: Any, dialect: Dialect, known: set[str], *, writes: bool) -> None:
        self.dialect = dialect
        self._cursor = raw.cursor()
        self._known = known
        self._new: list[str] = []
        self._waiting: list[bytes] = [b"BEGIN"] if writes else []
        self._begun = False
        self._unsure = False

    def all(self, statement: Prepared, **values: Any) -> list[Row]:
        """See `Driver.all`."""
        self._run(statement, values)
        return statement.on(self.dialect).rows(self._cursor.fetchall())

    def count(self, statement: Prepared, **values: Any) -> int:
        """See `Driver.count`."""
        self._run(statement, values)
        return int(self._cursor.rowcount)

    def write(self, statement: Prepared, rows: Sequence[Values]) -> None:
        """See `Driver.write`."""
        compiled = statement.on(self.dialect)
        kept = compiled.kept
        if rows and kept.name not in self._known and kept.name not in self._new:
            self._waiting.append(kept.prepare)
            self._new.append(kept.name)
        for row in rows:
            self._waiting.append(self._cursor.mogrify(kept.execute, compiled.parameters(row)))

    def _run(self, statement: Prepared, values: Values) -> None:
        # The driver keeps only the last statement's answer, which is the one wanted.
        self.write(statement, [values])
        self._send()

    def _send(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._begun = self._begun or waiting[0] == b"BEGIN"
        new, self._new = self._new, []
        try:
            self._cursor.execute(b";".join(waiting))
        except Exception:
            self._unsure = self._unsure or bool(new)
            raise
        self._known.update(new)

    def commit(self) -> None:
        """Send what waits, and with it the end of the transaction; if a statement in it fails, nothing is committed."""
        if self._begun or len(self._waiting) > 1:
            self._waiting.append(b"COMMIT")
            self._send()

    def rollback(self) -> None:
        """Undo what was sent, forget what waits."""
        self._waiting, self._new = [], []
        if self._begun:
            self._cursor.execute(b"ROLLBACK")
        if self._unsure:  # how far a batch came that broke off is not known: the server forgets them all
            self._known.clear()
            self._cursor.execute(b"DEALLOCATE ALL")
