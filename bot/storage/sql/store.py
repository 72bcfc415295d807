"""The conversation store on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bot.conversation.store import ReadTransaction, WriteTransaction
from bot.storage.database import Database
from bot.storage.sql.reading import SqlReading
from bot.storage.sql.writing import SqlWriting

T = TypeVar("T")


class SqlConversationStore:
    """`ConversationStore` over a `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, script: Callable[[ReadTransaction], T]) -> T:
        """Run a script that only reads."""
        return await self._database.read_direct(lambda driver: script(SqlReading(driver)))

    async def write(self, script: Callable[[WriteTransaction], T], *, first: bool = False) -> T:
        """Run a script; when this returns, what it wrote is durable."""
        return await self._database.write_direct(lambda driver: script(SqlWriting(driver)), first=first)
