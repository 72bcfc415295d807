import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.conversation.ids import new_id
from bot.storage.database import Database
from bot.storage.signals import ChangeLook, InProcessSignals
from bot.storage.signals_redis import RedisSignals
from bot.storage.sql import SqlConversationStore
from bot.storage.sql.changes import changed_since
from tests.bot.conversation.world import World
from tests.contracts.signals import SignalsContract

REDIS_URL = os.environ.get("BATON_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")


class TestInProcessSignals(SignalsContract):
    @pytest.fixture
    def signals(self) -> InProcessSignals:
        return InProcessSignals()

    @pytest.fixture
    def other(self, signals: InProcessSignals) -> InProcessSignals:
        return signals


async def test_what_another_process_wrote_is_told_by_the_next_look(sqlite: Database) -> None:
    world, signals = World(SqlConversationStore(sqlite)), InProcessSignals()
    world.clock.time = datetime.now(UTC)
    conversation = await world.customer()
    looking = asyncio.create_task(ChangeLook(signals, changed_since(sqlite)).forever(every=0.05))
    async with signals.subscribe(f"conversation:{conversation}") as news, asyncio.timeout(30):
        assert await anext(news) == (f"conversation:{conversation}", None)
    looking.cancel()


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


async def test_what_one_look_told_the_next_does_not_repeat() -> None:
    marks, signals = {"conversation:a": 1, "conversation:b": 1}, InProcessSignals()

    async def changed(since: datetime) -> dict[str, int]:
        return dict(marks)

    look = ChangeLook(signals, changed)
    async with signals.subscribe("conversation:*") as news, asyncio.timeout(10):
        await look.look(everything=False)
        assert [(await anext(news))[0] for _ in range(2)] == ["conversation:a", "conversation:b"]
        marks["conversation:b"] = 2
        await look.look(everything=False)
        await look.look(everything=False)
        marks["conversation:c"] = 1
        await look.look(everything=False)
        assert [(await anext(news))[0] for _ in range(2)] == ["conversation:b", "conversation:c"]
