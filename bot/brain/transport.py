"""Requests from the gateway to its workers: short JSON over kept connections."""

from __future__ import annotations

from typing import Protocol

import aiohttp

CONNECTIONS = 64
IDLE_SECONDS = 4.0
"""A worker closes connections that were idle for 5 s; ours are let go before."""


class Unreached(Exception):
    """Nobody listens there, or the connection was not made in time: nothing was sent."""


class Broken(Exception):
    """The connection ended before the answer did."""


class Slow(Exception):
    """No answer within the time."""


class Transport(Protocol):
    """What `WorkerBrain` needs of a network; raises `Unreached`, `Broken` or `Slow`."""

    async def request(self, method: str, url: str, body: bytes | None) -> tuple[int, bytes]:
        """Status and body of the answer."""
        ...

    async def aclose(self) -> None:
        """Let all connections go."""
        ...


class HttpTransport:
    """aiohttp with kept connections; made at the first request, in the loop that uses it."""

    def __init__(self, headers: dict[str, str], seconds: float, connect_seconds: float) -> None:
        self._headers = headers
        self._timeout = aiohttp.ClientTimeout(total=seconds, connect=None, sock_connect=connect_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def request(self, method: str, url: str, body: bytes | None) -> tuple[int, bytes]:
        """See `Transport.request`."""
        try:
            async with self._opened().request(method, url, data=body) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unreached(str(error)) from error
        except (TimeoutError, aiohttp.ServerTimeoutError) as error:
            raise Slow(url) from error
        except aiohttp.ClientError as error:
            raise Broken(str(error)) from error

    async def aclose(self) -> None:
        """See `Transport.aclose`."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=IDLE_SECONDS)
            headers = {"Content-Type": "application/json", **self._headers}
            self._session = aiohttp.ClientSession(
                connector=connector, headers=headers, timeout=self._timeout, skip_auto_headers=("User-Agent",)
            )
        return self._session
