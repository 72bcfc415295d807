"""Accounts and staff tokens in SQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from bot.errors import Conflict, NotFound
from bot.identity.accounts import Account, Role
from bot.identity.tokens import LIFETIME, StaffToken
from bot.storage.database import Database
from bot.storage.tables_staff import accounts, staff_tokens


class SqlAccounts:
    """`AccountStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, account: Account) -> None:
        """See `AccountStore`."""

        def script(connection: Connection) -> None:
            if connection.execute(select(accounts.c.id).where(accounts.c.email == account.email)).first():
                raise Conflict(f"There is already an account for {account.email}.", code="email_taken")
            connection.execute(insert(accounts).values(**_row(account)))

        await self._database.write_script(script)

    async def update(self, account: Account) -> None:
        """See `AccountStore`."""

        def script(connection: Connection) -> None:
            done = connection.execute(update(accounts).where(accounts.c.id == account.id).values(**_row(account)))
            if not done.rowcount:
                raise NotFound("There is no such account.")

        await self._database.write_script(script)

    async def by_email(self, email: str) -> Account | None:
        """See `AccountStore`."""
        return await self._one(accounts.c.email == email)

    async def by_id(self, account_id: str) -> Account | None:
        """See `AccountStore`."""
        return await self._one(accounts.c.id == account_id)

    async def all(self) -> list[Account]:
        """See `AccountStore`."""
        query = select(accounts).order_by(accounts.c.created_at, accounts.c.id)
        return await self._database.read_script(lambda c: [_account(row) for row in c.execute(query).mappings()])

    async def _one(self, condition: Any) -> Account | None:
        query = select(accounts).where(condition)

        def script(connection: Connection) -> Account | None:
            row = connection.execute(query).mappings().first()
            return _account(row) if row else None

        return await self._database.read_script(script)


class SqlStaffTokens:
    """`StaffTokenStore` over a database. Expired tokens go when new ones are given."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, token: StaffToken) -> None:
        """See `StaffTokenStore`."""
        values = {"token_hash": token.token_hash, "account_id": token.account_id, "expires_at": token.expires_at}

        def script(connection: Connection) -> None:
            connection.execute(delete(staff_tokens).where(staff_tokens.c.expires_at < token.expires_at - LIFETIME))
            connection.execute(delete(staff_tokens).where(staff_tokens.c.token_hash == token.token_hash))
            connection.execute(insert(staff_tokens).values(**values))

        await self._database.write_script(script)

    async def get(self, token_hash: str) -> StaffToken | None:
        """See `StaffTokenStore`."""
        query = select(staff_tokens).where(staff_tokens.c.token_hash == token_hash)

        def script(connection: Connection) -> StaffToken | None:
            row = connection.execute(query).mappings().first()
            return StaffToken(**row) if row else None

        return await self._database.read_script(script)

    async def remove(self, token_hash: str) -> None:
        """See `StaffTokenStore`."""
        query = delete(staff_tokens).where(staff_tokens.c.token_hash == token_hash)
        await self._database.write_script(lambda connection: connection.execute(query) and None)


def _row(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "email": account.email,
        "name": account.name,
        "role": account.role.value,
        "password_hash": account.password_hash,
        "teams": list(account.teams),
        "active": account.active,
        "created_at": account.created_at or datetime.now(UTC),
    }


def _account(row: RowMapping) -> Account:
    return Account(**{**row, "role": Role(row["role"]), "teams": tuple(row["teams"])})
