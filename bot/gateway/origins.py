"""Where a request comes from: its page's origin and the customer's address."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from bot.errors import Forbidden


class Origins:
    """The allow-list of pages, and the proxies whose word about an address counts."""

    def __init__(self, allowed: tuple[str, ...], public_url: str | None, trusted_proxies: tuple[str, ...] = ()) -> None:
        self.allowed = tuple(origin.lower() for origin in allowed)
        self._own = _origin_of(public_url) if public_url else None
        self._proxies = tuple(ipaddress.ip_network(proxy, strict=False) for proxy in trusted_proxies)

    def check(self, connection: HTTPConnection) -> None:
        """Raise `Forbidden` `origin_not_allowed` for a page that is not on the list. Programs send no Origin."""
        origin = connection.headers.get("origin")
        if origin is None or origin.lower() in self.allowed or origin.lower() == self._own:
            return
        if self._own is None and urlsplit(origin.lower()).netloc == connection.headers.get("host", "").lower():
            return
        raise Forbidden("This page may not open chats here.", code="origin_not_allowed")

    def address(self, connection: HTTPConnection) -> str:
        """The customer's address: the peer, or the nearest hop that is no trusted proxy of ours."""
        hop = connection.client.host if connection.client else "unknown"
        forwarded = [part.strip() for part in connection.headers.get("x-forwarded-for", "").split(",") if part.strip()]
        while forwarded and self._trusts(hop):
            hop = forwarded.pop()
        return hop

    def _trusts(self, hop: str) -> bool:
        try:
            address = ipaddress.ip_address(hop)
        except ValueError:
            return False
        return any(address in proxy for proxy in self._proxies)


def _origin_of(url: str) -> str:
    parts = urlsplit(url.lower())
    return f"{parts.scheme}://{parts.netloc}"
