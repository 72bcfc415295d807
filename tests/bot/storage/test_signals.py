import os
from collections.abc import AsyncIterator

import pytest

from bot.conversation.ids import new_id
from bot.storage.signals import InProcessSignals
from bot.storage.signals_redis import RedisSignals
from tests.contracts.signals import SignalsContract

REDIS_URL = os.environ.get("BATON_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")


class TestInProcessSignals(SignalsContract):
    @pytest.fixture
    def signals(self) -> InProcessSignals:
        return InProcessSignals()

    @pytest.fixture
    def other(self, signals: InProcessSignals) -> InProcessSignals:
        return signals


async def connected(namespace: str) -> RedisSignals:
    signals = RedisSignals(REDIS_URL, namespace=namespace)
    await signals.start()
    assert signals.connected
    return signals


@pytest.mark.redis
class TestRedisSignals(SignalsContract):
    @pytest.fixture
    def namespace(self) -> str:
        return f"test-{new_id()}"

    @pytest.fixture
    async def signals(self, namespace: str) -> AsyncIterator[RedisSignals]:
        signals = await connected(namespace)
        yield signals
        await signals.stop()

    @pytest.fixture
    async def other(self, namespace: str) -> AsyncIterator[RedisSignals]:
        signals = await connected(namespace)
        yield signals
        await signals.stop()
