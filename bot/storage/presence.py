"""Presence and leases in SQL."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.desk.presence import AgentHere, Status
from bot.storage.database import Database
from bot.storage.tables_desk import agent_presence, leases


class SqlPresence:
    """`PresenceStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, agent: AgentHere) -> None:
        """See `PresenceStore`."""
        row = {**asdict(agent), "status": agent.status.value, "teams": list(agent.teams)}

        def script(connection: Connection) -> None:
            new = _insert(connection)(agent_presence).values(**row)
            connection.execute(new.on_conflict_do_update(index_elements=["account_id"], set_=row))

        await self._database.write_script(script)

    async def seen(self, account_id: str, at: datetime) -> None:
        """See `PresenceStore`."""
        query = update(agent_presence).where(agent_presence.c.account_id == account_id).values(seen_at=at)
        await self._database.write_script(lambda connection: connection.execute(query) and None)

    async def get(self, account_id: str) -> AgentHere | None:
        """See `PresenceStore`."""
        query = select(agent_presence).where(agent_presence.c.account_id == account_id)
        return await self._database.read_script(lambda c: _agent(c.execute(query).mappings().first()))

    async def all(self) -> list[AgentHere]:
        """See `PresenceStore`."""
        query = select(agent_presence).order_by(agent_presence.c.name, agent_presence.c.account_id)

        def script(connection: Connection) -> list[AgentHere]:
            return [agent for row in connection.execute(query).mappings() if (agent := _agent(row))]

        return await self._database.read_script(script)


class SqlLeases:
    """`bot.desk.routing.Leases` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        """See `Leases`."""

        def script(connection: Connection) -> bool:
            row = {"name": name, "holder": holder, "until": until}
            connection.execute(_insert(connection)(leases).values(**row).on_conflict_do_nothing())
            mine = or_(leases.c.holder == holder, leases.c.until <= now)
            taken = connection.execute(
                update(leases).where(leases.c.name == name, mine).values(holder=holder, until=until)
            )
            return bool(taken.rowcount)

        return await self._database.write_script(script)

    async def release(self, name: str, holder: str, now: datetime) -> None:
        """See `Leases`."""
        query = update(leases).where(leases.c.name == name, leases.c.holder == holder).values(until=now)
        await self._database.write_script(lambda connection: connection.execute(query) and None)


def _insert(connection: Connection) -> Any:
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert


def _agent(row: RowMapping | None) -> AgentHere | None:
    return AgentHere(**{**row, "status": Status(row["status"]), "teams": tuple(row["teams"])}) if row else None
