"""The schema's history, driven from Python: no shell, no ini file."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.errors import BatonError

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do as long as nothing else in this database uses it as an advisory lock.
_LOCK = 7_262_011


class SchemaTooNew(BatonError):
    """The database was written by a newer program than this one."""

    code = "schema_too_new"


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the schema up to a revision; `SchemaTooNew` if it is past everything this program knows."""
    _lock(connection)
    current(connection)
    command.upgrade(_config(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Take the schema back to a revision."""
    _lock(connection)
    current(connection)
    command.downgrade(_config(connection), revision)


def current(connection: Connection) -> str | None:
    """The schema's revision; None for an empty database; `SchemaTooNew` if this program does not know it."""
    found = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(_config(connection)).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaTooNew(
            f"This database was written by a newer version of Baton (schema {found}). "
            "Start that version, or restore a backup made with this one.",
            details={"schema": found, "newest_known": max(known)},
        )
    return found


def _lock(connection: Connection) -> None:
    # Several gateways may start at once; SQLite's own write lock does the same there.
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
