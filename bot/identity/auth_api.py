"""Signing in and out: `/auth/login`, `/auth/logout`, `/auth/me`."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from bot.errors import RateLimited
from bot.identity.access import COOKIE, StaffAccess, token_of
from bot.identity.accounts import Account, Accounts
from bot.identity.tokens import LIFETIME, StaffTokens


class Credentials(BaseModel):
    """What a person signs in with."""

    email: str = Field(max_length=320)
    password: str = Field(max_length=1024)


class UserBody(BaseModel):
    """A member of staff."""

    id: str
    name: str
    email: str
    role: str


class LoginBody(BaseModel):
    """A successful login."""

    access_token: str
    expires_at: datetime
    user: UserBody


class LoginThrottle:
    """Ten tries a minute for an account, thirty for an address: enough for a person, useless for a machine."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._account = RateLimitItemPerMinute(10)
        self._address = RateLimitItemPerMinute(30)

    async def check(self, email: str, address: str) -> None:
        """Count a try; raises `RateLimited` with the seconds to wait."""
        by_address = await self._limiter.hit(self._address, "address", address)
        by_account = await self._limiter.hit(self._account, "account", email.strip().lower())
        if not (by_address and by_account):
            raise RateLimited("Too many tries. Wait a minute and try again.", retry_after=60)


def peer_address(connection: HTTPConnection) -> str:
    """The address of whoever is at the other end of the connection."""
    return connection.client.host if connection.client else "unknown"


def auth_router(
    accounts: Accounts,
    tokens: StaffTokens,
    access: StaffAccess,
    address_of: Callable[[HTTPConnection], str] = peer_address,
) -> APIRouter:
    """The routes of signing in, below `/api/v1`. `address_of` tells who tries, behind a trusted proxy too."""
    router = APIRouter(prefix="/auth", tags=["staff"])
    throttle = LoginThrottle()
    signed_in = access.require()

    @router.post("/login")
    async def login(body: Credentials, request: Request, response: Response) -> LoginBody:
        """Sign in; the token is also set as an HttpOnly cookie for the pages."""
        await throttle.check(body.email, address_of(request))
        given = await tokens.give(await accounts.authenticate(body.email, body.password))
        response.set_cookie(
            COOKIE,
            given.access_token,
            max_age=int(LIFETIME.total_seconds()),
            httponly=True,
            samesite="lax",
            secure="https" in (request.url.scheme, request.headers.get("x-forwarded-proto")),
            path="/",
        )
        return LoginBody(access_token=given.access_token, expires_at=given.expires_at, user=user_body(given.account))

    @router.post("/logout", status_code=204)
    async def logout(request: Request, response: Response) -> None:
        """Sign out; the token is gone at once."""
        await tokens.take_back(token_of(request)[0])
        response.delete_cookie(COOKIE, path="/")

    @router.get("/me")
    async def me(account: Annotated[Account, Depends(signed_in)]) -> UserBody:
        """Who is signed in."""
        return user_body(account)

    return router


def user_body(account: Account) -> UserBody:
    """An account without its secrets."""
    return UserBody(id=account.id, name=account.name, email=account.email, role=account.role.value)
