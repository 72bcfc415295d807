"""The one place where a request's member of staff is found and their role checked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from fastapi import Request
from starlette.requests import HTTPConnection

from bot.errors import Forbidden
from bot.identity.accounts import Account, Role
from bot.identity.tokens import StaffTokens

COOKIE = "baton_staff"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class StaffAccess:
    """Finds the account behind a request by bearer token or cookie."""

    def __init__(self, tokens: StaffTokens) -> None:
        self._tokens = tokens

    def require(self, role: Role | None = None) -> Callable[[Request], Awaitable[Account]]:
        """A dependency that answers 401 without an account and 403 without the role (None: any staff)."""

        async def account_of(request: Request) -> Account:
            account = await self.account(request)
            if role is not None and not account.role.may(role):
                raise Forbidden(f"This needs the role {role.value}.", code="role_missing", details={"role": role.value})
            return account

        return account_of

    async def account(self, connection: HTTPConnection) -> Account:
        """The account of a request or socket; raises `Unauthenticated`, or `Forbidden` for a cookie sent by another
        site's page."""
        token, by_cookie = token_of(connection)
        if by_cookie:
            _refuse_other_sites(connection)
        return await self._tokens.account(token)


def token_of(connection: HTTPConnection) -> tuple[str | None, bool]:
    """The access token of a request and whether it came by cookie; a bearer token wins."""
    scheme, _, value = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip(), False
    cookie = connection.cookies.get(COOKIE)
    return cookie, cookie is not None


def _refuse_other_sites(connection: HTTPConnection) -> None:
    """A cookie counts for unsafe methods and sockets only when the page is ours: browsers always send Origin there."""
    method = connection.scope.get("method", "WEBSOCKET")
    if method in SAFE_METHODS or connection.headers.get("x-baton-csrf"):
        return
    origin = connection.headers.get("origin")
    if origin is None or urlsplit(origin.lower()).netloc != connection.headers.get("host", "").lower():
        raise Forbidden("This request did not come from our own page.", code="cross_site")
