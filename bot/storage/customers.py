"""A customer's own data: all of it handed out, or all of it gone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, or_, select

from bot.errors import NotFound
from bot.storage.database import Database
from bot.storage.tables import conversations, customers, episodes, events, turn_records

OF_CONVERSATIONS: tuple[Table, ...] = (events, turn_records, episodes)


class SqlCustomerData:
    """Export and erasure over a database. `who` is a customer's id, external id or e-mail."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def export(self, who: str) -> dict[str, Any]:
        """Everything kept about the customer; NotFound if there is nobody of that name."""

        def script(connection: Connection) -> dict[str, Any]:
            ids = _ids(connection, who)
            own = select(conversations.c.id).where(conversations.c.customer_id.in_(ids))
            result: dict[str, Any] = {
                "customers": _rows(connection, customers, customers.c.id.in_(ids)),
                "conversations": _rows(connection, conversations, conversations.c.customer_id.in_(ids)),
            }
            for table in OF_CONVERSATIONS:
                result[table.name] = _rows(connection, table, table.c.conversation_id.in_(own))
            return result

        return await self._database.read_script(script)

    async def erase(self, who: str) -> dict[str, int]:
        """Delete the customer and all that hangs on them; returns how much there was. NotFound as `export`."""

        def script(connection: Connection) -> dict[str, int]:
            ids = _ids(connection, who)
            own = select(conversations.c.id).where(conversations.c.customer_id.in_(ids))
            done = {
                "customers": len(ids),
                "conversations": _count(connection, conversations, conversations.c.customer_id.in_(ids)),
                "events": _count(connection, events, events.c.conversation_id.in_(own)),
            }
            connection.execute(delete(customers).where(customers.c.id.in_(ids)))  # the rest goes by its foreign keys
            return done

        return await self._database.write_script(script)


def _ids(connection: Connection, who: str) -> list[str]:
    email = func.lower(customers.c.email) == who.strip().lower()
    contact = select(conversations.c.customer_id).where(
        func.lower(conversations.c.contact_email) == who.strip().lower()
    )
    condition = or_(customers.c.id == who, customers.c.external_id == who, email, customers.c.id.in_(contact))
    found = [row.id for row in connection.execute(select(customers.c.id).where(condition))]
    if not found:
        raise NotFound(f"There is no customer '{who}'.", code="customer_not_found")
    return found


def _rows(connection: Connection, table: Table, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    order = list(table.primary_key.columns)
    return [dict(row) for row in connection.execute(select(table).where(condition).order_by(*order)).mappings()]


def _count(connection: Connection, table: Table, condition: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(condition)).scalar_one())
