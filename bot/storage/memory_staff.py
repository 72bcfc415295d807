"""Accounts, staff tokens and customers' sessions in memory, under the same contracts as the SQL ones."""

from __future__ import annotations

from bot.errors import Conflict, NotFound
from bot.gateway.sessions import Session
from bot.identity.accounts import Account
from bot.identity.tokens import StaffToken


class MemoryAccounts:
    """`AccountStore` in memory."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}

    async def add(self, account: Account) -> None:
        """See `AccountStore`."""
        if await self.by_email(account.email):
            raise Conflict(f"There is already an account for {account.email}.", code="email_taken")
        self._accounts[account.id] = account

    async def update(self, account: Account) -> None:
        """See `AccountStore`."""
        if account.id not in self._accounts:
            raise NotFound("There is no such account.")
        self._accounts[account.id] = account

    async def by_email(self, email: str) -> Account | None:
        """See `AccountStore`."""
        return next((account for account in self._accounts.values() if account.email == email), None)

    async def by_id(self, account_id: str) -> Account | None:
        """See `AccountStore`."""
        return self._accounts.get(account_id)

    async def all(self) -> list[Account]:
        """See `AccountStore`."""
        return list(self._accounts.values())


class MemoryStaffTokens:
    """`StaffTokenStore` in memory."""

    def __init__(self) -> None:
        self._tokens: dict[str, StaffToken] = {}

    async def put(self, token: StaffToken) -> None:
        """See `StaffTokenStore`."""
        self._tokens[token.token_hash] = token

    async def get(self, token_hash: str) -> StaffToken | None:
        """See `StaffTokenStore`."""
        return self._tokens.get(token_hash)

    async def remove(self, token_hash: str) -> None:
        """See `StaffTokenStore`."""
        self._tokens.pop(token_hash, None)


class MemorySessions:
    """`SessionStore` in memory."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}

    async def put(self, session: Session) -> None:
        """See `SessionStore`."""
        self._sessions[session.token_hash] = session

    async def get(self, token_hash: str) -> Session | None:
        """See `SessionStore`."""
        return self._sessions.get(token_hash)
