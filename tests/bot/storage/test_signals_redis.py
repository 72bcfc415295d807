"""What becomes of signals when Redis goes away and comes back."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from bot.conversation.ids import new_id
from bot.storage.database import Database
from bot.storage.signals_redis import RedisSignals
from bot.storage.sql import SqlConversationStore
from bot.storage.sql.changes import changed_since
from tests.bot.conversation.world import NOON, World
from tests.bot.storage.test_signals import REDIS_URL, connected
from tests.contracts.signals import heard
from tests.support.waiting import eventually
from tests.support.wire import Wire

pytestmark = pytest.mark.redis


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    server = urlsplit(REDIS_URL)
    async with Wire(server.hostname or "127.0.0.1", server.port or 6379) as wire:
        yield wire


@pytest.fixture
def namespace() -> str:
    return f"test-{new_id()}"


async def far_end(wire: Wire, namespace: str, **more) -> RedisSignals:
    signals = RedisSignals(f"redis://127.0.0.1:{wire.port}/0", namespace=namespace, **more)
    await signals.start()
    return signals


async def test_while_redis_is_away_listeners_of_the_same_process_still_hear_and_it_is_logged_once(
    wire: Wire, namespace: str, caplog: pytest.LogCaptureFixture
) -> None:
    signals = await far_end(wire, namespace)
    with caplog.at_level(logging.WARNING):
        async with signals.subscribe("t") as news:
            await wire.cut()
            await eventually(lambda: not signals.connected)
            for n in range(3):
                await signals.publish("t", {"n": n})
            assert [payload["n"] for _, payload in await heard(news, 3)] == [0, 1, 2]
            await asyncio.sleep(1)  # several tries to connect
    away = [record for record in caplog.records if "away" in record.message]
    assert len(away) == 1
    await signals.stop()


async def test_when_redis_is_back_listeners_hear_other_processes_again(wire: Wire, namespace: str) -> None:
    signals, other = await far_end(wire, namespace), await connected(namespace)
    async with signals.subscribe("t", "x*") as news:
        await wire.cut()
        await eventually(lambda: not signals.connected)
        async with signals.subscribe("late") as late:
            await wire.mend()
            await eventually(lambda: signals.connected)

            async def first_heard(listener, topic: str) -> str:
                while True:
                    await other.publish(topic)
                    try:
                        return (await asyncio.wait_for(anext(listener), 0.2))[0]
                    except TimeoutError:
                        continue

            for listener, topic in ((news, "t"), (news, "xyz"), (late, "late")):
                async with asyncio.timeout(30):
                    assert await first_heard(listener, topic) in {"t", "xyz", "late"}
    await signals.stop()
    await other.stop()


async def test_a_service_that_starts_without_redis_starts_all_the_same(wire: Wire, namespace: str) -> None:
    await wire.cut()
    signals = await far_end(wire, namespace)
    assert not signals.connected
    await wire.mend()
    await eventually(lambda: signals.connected)
    await signals.stop()


async def test_news_of_other_processes_comes_by_polling_while_redis_is_away(
    wire: Wire, namespace: str, sqlite: Database
) -> None:
    store = SqlConversationStore(sqlite)
    world = World(store)
    signals = await far_end(wire, namespace, changed_since=changed_since(sqlite), poll_seconds=0.05)
    conversation = await world.customer()
    async with signals.subscribe(f"conversation:{conversation}") as news:
        await wire.cut()
        await eventually(lambda: not signals.connected)
        world.clock.time = NOON.max.replace(tzinfo=NOON.tzinfo)  # a change after any poll
        await world.says(conversation, "written on another gateway")
        assert await heard(news, 1) == [(f"conversation:{conversation}", None)]
    await signals.stop()


async def test_news_that_redis_swallowed_comes_by_the_next_look(wire: Wire, namespace: str, sqlite: Database) -> None:
    world = World(SqlConversationStore(sqlite))
    world.clock.time = datetime.now(UTC)
    signals = await far_end(wire, namespace, changed_since=changed_since(sqlite), look_seconds=0.05)
    conversation = await world.customer()
    topic = f"conversation:{conversation}"
    async with signals.subscribe(topic, "queue") as news:
        assert signals.connected
        await world.says(conversation, "written by somebody whose signal got lost")
        assert await heard(news, 1) == [(topic, None)]  # and nobody who listens to the line is woken for it
    await signals.stop()


async def test_foreign_words_on_our_channels_are_ignored(namespace: str) -> None:
    signals = await connected(namespace)
    async with signals._client() as client, signals.subscribe("t") as news:
        for said in ("not json", "[]", '{"topic": "t"}', "null"):
            await client.publish(f"{namespace}:t", said)
        other = await connected(namespace)
        await other.publish("t", {"n": 1})
        assert await heard(news, 1) == [("t", {"n": 1})]
        await other.stop()
    await signals.stop()
