"""Staff access tokens: random, hashed at rest, good for a working day."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.conversation.ports import Clock
from bot.errors import Unauthenticated
from bot.identity.accounts import Account, AccountStore

LIFETIME = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class StaffToken:
    """What an access token stands for."""

    token_hash: str
    account_id: str
    expires_at: datetime


class StaffTokenStore(Protocol):
    """Where tokens are kept."""

    async def put(self, token: StaffToken) -> None:
        """Store a token."""
        ...

    async def get(self, token_hash: str) -> StaffToken | None:
        """The token of that hash, expired or not."""
        ...

    async def remove(self, token_hash: str) -> None:
        """Forget a token; nothing happens if there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Login:
    """A token just given; the only time it is seen in clear."""

    access_token: str
    expires_at: datetime
    account: Account


class StaffTokens:
    """Gives, checks and takes back access tokens."""

    def __init__(self, store: StaffTokenStore, accounts: AccountStore, clock: Clock) -> None:
        self._store = store
        self._accounts = accounts
        self._clock = clock

    async def give(self, account: Account) -> Login:
        """A new token for an account that has just proved its password."""
        token = secrets.token_urlsafe(32)
        expires_at = self._clock.now() + LIFETIME
        await self._store.put(StaffToken(_hash(token), account.id, expires_at))
        return Login(token, expires_at, account)

    async def account(self, token: str | None) -> Account:
        """The active account of a live token; `Unauthenticated` otherwise."""
        found = await self._store.get(_hash(token)) if token else None
        if found is None or found.expires_at <= self._clock.now():
            raise Unauthenticated("Please sign in.", code="not_signed_in")
        account = await self._accounts.by_id(found.account_id)
        if account is None or not account.active:
            raise Unauthenticated("Please sign in.", code="not_signed_in")
        return account

    async def take_back(self, token: str | None) -> None:
        """Sign out."""
        if token:
            await self._store.remove(_hash(token))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
