"""The audit log in SQL."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, insert, select

from bot.identity.audit import AuditEntry
from bot.storage.database import Database
from bot.storage.tables_desk import audit_log


class SqlAudit:
    """`AuditStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, entry: AuditEntry) -> None:
        """See `AuditStore`."""
        row = {**asdict(entry), "details": dict(entry.details)}

        def script(connection: Connection) -> None:
            connection.execute(insert(audit_log).values(**row))

        await self._database.write_script(script)

    async def entries(self, *, actor_id: str | None, subject_id: str | None, limit: int) -> list[AuditEntry]:
        """See `AuditStore`."""
        query = select(audit_log).order_by(audit_log.c.at.desc(), audit_log.c.id.desc()).limit(limit)
        if actor_id is not None:
            query = query.where(audit_log.c.actor_id == actor_id)
        if subject_id is not None:
            query = query.where(audit_log.c.subject_id == subject_id)
        return await self._database.read_script(lambda c: [AuditEntry(**row) for row in c.execute(query).mappings()])
