"""Limits that gateways share over Redis, and keep each for itself while Redis is away."""

import time
import uuid

import pytest

from bot.errors import RateLimited
from bot.gateway.limits import Limits
from tests.support.wire import RoughWire

pytestmark = pytest.mark.redis
REDIS = "redis://127.0.0.1:6379/0"


async def test_two_gateways_count_a_session_together():
    session = uuid.uuid4().hex
    one, other = Limits(messages_per_minute=4, redis_url=REDIS), Limits(messages_per_minute=4, redis_url=REDIS)
    for limits in (one, other, one, other):
        await limits.message(session)
    for limits in (one, other):
        with pytest.raises(RateLimited) as refused:
            await limits.message(session)
        assert 1 <= refused.value.retry_after <= 61


@pytest.mark.parametrize("how", ["cut", "stall"])
async def test_without_redis_a_gateway_counts_alone_and_keeps_nobody_waiting(how):
    session = uuid.uuid4().hex
    async with RoughWire(("127.0.0.1", 6379)) as wire:
        limits = Limits(messages_per_minute=30, redis_url=f"redis://127.0.0.1:{wire.port}/0")
        await limits.message(session)
        if how == "cut":
            await wire.cut()
        else:
            wire.stall()
        began = time.monotonic()
        for _ in range(30):
            await limits.message(session)
        waited = time.monotonic() - began
        with pytest.raises(RateLimited):
            await limits.message(session)
        wire.flow()
    assert waited < 5  # one look at Redis, not thirty
