"""Core statements compiled once and run on the driver's own cursor.

The conversation store runs some twenty statements for every answered message; looked up anew each time they cost
several times what the database itself takes. Types still convert values both ways, as SQLAlchemy would.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.selectable import Select

Values = Mapping[str, Any]
Convert = Callable[[Any], Any]


_NAMED = re.compile(r"%\((\w+)\)s|%%")
_numbers = itertools.count(1)


class Prepared:
    """One statement for every dialect it meets."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._made: dict[str, Compiled] = {}

    def on(self, dialect: Dialect) -> Compiled:
        """The statement as that dialect says it."""
        found = self._made.get(dialect.name)
        if found is None:
            found = self._made[dialect.name] = Compiled(self._statement, dialect)
        return found


class Compiled:
    """SQL text, and how values go in and come out."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.sql: str = str(compiled)
        self._positions: list[str] | None = list(compiled.positiontup) if compiled.positional else None
        self._given = {name: value for name, value in compiled.params.items() if not compiled.binds[name].required}
        converters = {name: _bind(bound.type, dialect) for name, bound in compiled.binds.items()}
        self._converters = {name: convert for name, convert in converters.items() if convert is not None}
        columns = list(statement.selected_columns) if isinstance(statement, Select) else []
        results = [(at, _result(column.type, dialect)) for at, column in enumerate(columns)]
        self._results = [(at, convert) for at, convert in results if convert is not None]

        self._kept: Kept | None = None

    @property
    def kept(self) -> Kept:
        """The statement as a server keeps it; only where values go in by name."""
        if self._kept is None:
            self._kept = Kept(self.sql)
        return self._kept

    def parameters(self, values: Values) -> Any:
        """Values as the driver takes them: in order, or by name."""
        named = {**self._given, **values}
        for name, convert in self._converters.items():
            if name in named:
                named[name] = convert(named[name])
        return named if self._positions is None else [named[name] for name in self._positions]

    def rows(self, found: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
        """Rows as the program takes them."""
        if not self._results:
            return list(found)
        return [self._row(row) for row in found]

    def _row(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for at, convert in self._results:
            values[at] = convert(values[at])
        return values


class Kept:
    """A statement that a server reads and plans once a connection, and is then asked for by its name."""

    def __init__(self, sql: str) -> None:
        names: list[str] = []

        def numbered(match: re.Match[str]) -> str:
            name = match[1]
            if name is None:
                return "%"
            if name not in names:
                names.append(name)
            return f"${names.index(name) + 1}"

        self.name = f"baton_{next(_numbers)}"
        self.prepare = f"PREPARE {self.name} AS {_NAMED.sub(numbered, sql)}".encode()
        values = ",".join(f"%({name})s" for name in names)
        self.execute = f"EXECUTE {self.name}({values})" if values else f"EXECUTE {self.name}"


def _bind(type_: Any, dialect: Dialect) -> Convert | None:
    convert: Convert | None = type_.dialect_impl(dialect).bind_processor(dialect)
    return convert


def _result(type_: Any, dialect: Dialect) -> Convert | None:
    convert: Convert | None = type_.dialect_impl(dialect).result_processor(dialect, None)
    return convert
