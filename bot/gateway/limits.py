"""Rate limits per session and address, and the number of open sockets an address may hold."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.errors import RateLimited

REDIS_SECONDS = 0.5
REDIS_PAUSE = 5.0


class Limits:
    """What one customer or address may do a minute. With Redis the count is shared by all gateways."""

    def __init__(
        self,
        *,
        messages_per_minute: int = 30,
        sessions_per_minute: int = 60,
        sockets_per_address: int = 200,
        redis_url: str | None = None,
    ) -> None:
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._shared = MovingWindowRateLimiter(_redis(redis_url)) if redis_url else self._own
        self._alone_until = 0.0
        self._messages = RateLimitItemPerMinute(messages_per_minute)
        self._sessions = RateLimitItemPerMinute(sessions_per_minute)
        self._searches = RateLimitItemPerMinute(60)
        self._sockets_per_address = sockets_per_address
        self._open: Counter[str] = Counter()

    async def message(self, session: str) -> None:
        """Count a message of a session; raises `RateLimited`."""
        await self._hit(self._messages, "message", session, "You are sending messages faster than we can read them.")

    async def session(self, address: str) -> None:
        """Count a new session of an address; raises `RateLimited`."""
        await self._hit(self._sessions, "session", address, "Too many new chats from this address.")

    async def search(self, address: str) -> None:
        """Count a help search of an address; raises `RateLimited`."""
        await self._hit(self._searches, "search", address, "Too many searches from this address.")

    @contextmanager
    def socket(self, address: str) -> Iterator[None]:
        """Hold one of an address's sockets; raises `RateLimited` when it holds too many."""
        if self._open[address] >= self._sockets_per_address:
            raise RateLimited("Too many open chats from this address.", retry_after=30, code="too_many_sockets")
        self._open[address] += 1
        try:
            yield
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]

    async def _hit(self, limit: RateLimitItem, kind: str, key: str, message: str) -> None:
        now = time.monotonic()
        limiter = self._own if now < self._alone_until else self._shared
        try:
            wait = await _seconds_over(limiter, limit, kind, key)
        except Exception:
            # Redis is away: each gateway counts for itself rather than refusing or allowing everything, and does not
            # let every message wait to find that out again.
            self._alone_until = now + REDIS_PAUSE
            wait = await _seconds_over(self._own, limit, kind, key)
        if wait:
            raise RateLimited(f"{message} Please wait {wait} seconds.", retry_after=wait)


async def _seconds_over(limiter: MovingWindowRateLimiter, limit: RateLimitItem, kind: str, key: str) -> int:
    """Count; 0 if that is within the limit, else how many seconds to wait."""
    if await limiter.hit(limit, kind, key):
        return 0
    window = await limiter.get_window_stats(limit, kind, key)
    return max(1, math.ceil(window.reset_time - time.time()))


def _redis(url: str) -> RedisStorage:
    return RedisStorage(
        f"async+{url}",
        wrap_exceptions=True,
        implementation="redispy",
        key_prefix="baton:limits",
        socket_connect_timeout=REDIS_SECONDS,
        socket_timeout=REDIS_SECONDS,
        retry=Retry(NoBackoff(), 0),  # type: ignore[arg-type]
    )
