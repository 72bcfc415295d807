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

from bot.errors import RateLimited


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
        storage = RedisStorage(f"async+{redis_url}", wrap_exceptions=True) if redis_url else MemoryStorage()
        self._shared = MovingWindowRateLimiter(storage)
        self._own = MovingWindowRateLimiter(MemoryStorage())
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
        limiter = self._shared
        try:
            allowed = await limiter.hit(limit, kind, key)
        except Exception:  # Redis away: each gateway counts for itself rather than refusing or allowing everything
            limiter = self._own
            allowed = await limiter.hit(limit, kind, key)
        if not allowed:
            window = await limiter.get_window_stats(limit, kind, key)
            wait = max(1, math.ceil(window.reset_time - time.time()))
            raise RateLimited(f"{message} Please wait {wait} seconds.", retry_after=wait)
