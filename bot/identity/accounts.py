"""Staff accounts: who they are, what they may do, and their passwords (argon2id)."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from email_validator import EmailNotValidError, validate_email

from bot.conversation.model import Staff
from bot.conversation.ports import Clock
from bot.errors import Conflict, InvalidInput, Unauthenticated

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256


class Role(StrEnum):
    """What somebody may do; an admin may do everything."""

    AGENT = "agent"
    EDITOR = "editor"
    ADMIN = "admin"

    def may(self, needed: Role) -> bool:
        """Whether this role covers the needed one."""
        return self is Role.ADMIN or self is needed


@dataclass(frozen=True, slots=True)
class Account:
    """A member of staff. `email` is lower case and unique."""

    id: str
    email: str
    name: str
    role: Role
    password_hash: str
    teams: tuple[str, ...] = ()
    active: bool = True
    created_at: datetime | None = None

    def as_staff(self) -> Staff:
        """The account as the conversation core knows it."""
        return Staff(self.id, self.name, self.teams)


class AccountStore(Protocol):
    """Where accounts are kept."""

    async def add(self, account: Account) -> None:
        """Store a new account; raises `Conflict` `email_taken`."""
        ...

    async def update(self, account: Account) -> None:
        """Replace the account of that id; raises `NotFound` if there is none."""
        ...

    async def by_email(self, email: str) -> Account | None:
        """The account of an address in lower case."""
        ...

    async def by_id(self, account_id: str) -> Account | None:
        """The account of an id."""
        ...

    async def all(self) -> list[Account]:
        """Every account, oldest first."""
        ...


class Accounts:
    """Makes accounts and checks passwords. Hashing runs beside the event loop."""

    def __init__(self, store: AccountStore, clock: Clock, hasher: PasswordHasher | None = None) -> None:
        self._store = store
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        self._decoy = self._hasher.hash(secrets.token_urlsafe(16))
        # Each hash takes 64 MiB: a burst of logins must not take the machine's memory.
        self._hashing = asyncio.Semaphore(4)

    async def add(
        self, email: str, role: Role, password: str, *, name: str | None = None, teams: tuple[str, ...] = ()
    ) -> Account:
        """Make an account; raises `InvalidInput` for an unusable address or password, `Conflict` for a taken one."""
        address = normal_email(email)
        check_password(password)
        if await self._store.by_email(address):
            raise Conflict(f"There is already an account for {address}.", code="email_taken")
        account = Account(
            id=uuid.uuid4().hex,
            email=address,
            name=name or address.split("@")[0].replace(".", " ").title(),
            role=role,
            password_hash=await asyncio.to_thread(self._hasher.hash, password),
            teams=teams,
            created_at=self._clock.now(),
        )
        await self._store.add(account)
        return account

    async def authenticate(self, email: str, password: str) -> Account:
        """The account of a right pair; `Unauthenticated` `wrong_credentials` in the same time for every wrong one."""
        account = await self._store.by_email(email.strip().lower())
        expected = account.password_hash if account else self._decoy
        async with self._hashing:
            right = await asyncio.to_thread(self._matches, expected, password[: LONGEST_PASSWORD + 1])
        if account is None or not right or not account.active:
            raise Unauthenticated("That e-mail and password do not go together.", code="wrong_credentials")
        if self._hasher.check_needs_rehash(account.password_hash):
            account = replace(account, password_hash=await asyncio.to_thread(self._hasher.hash, password))
            await self._store.update(account)
        return account

    def _matches(self, expected: str, password: str) -> bool:
        try:
            return self._hasher.verify(expected, password)
        except (VerificationError, InvalidHashError):
            return False


def normal_email(email: str) -> str:
    """The address in its normal form, lower case; raises `InvalidInput` naming what is wrong with it."""
    try:
        found = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise InvalidInput(f"'{email}' is not an e-mail address: {error}", code="bad_email") from None
    return found.normalized.lower()


def check_password(password: str) -> None:
    """Raise `InvalidInput` `weak_password` for one that is too short, too long or a single repeated character."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or len(set(password)) < 4:
        raise InvalidInput(
            f"A password needs {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters, not all alike.",
            code="weak_password",
        )
