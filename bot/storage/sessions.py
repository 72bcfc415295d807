"""Customers' sessions in SQL."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select

from bot.gateway.sessions import Session
from bot.storage.database import Database
from bot.storage.tables_staff import sessions


class SqlSessions:
    """`SessionStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, session: Session) -> None:
        """See `SessionStore`."""

        def script(connection: Connection) -> None:
            connection.execute(delete(sessions).where(sessions.c.token_hash == session.token_hash))
            connection.execute(insert(sessions).values(**asdict(session)))

        await self._database.write_script(script)

    async def get(self, token_hash: str) -> Session | None:
        """See `SessionStore`."""
        query = select(sessions).where(sessions.c.token_hash == token_hash)

        def script(connection: Connection) -> Session | None:
            row = connection.execute(query).mappings().first()
            return Session(**row) if row else None

        return await self._database.read_script(script)
