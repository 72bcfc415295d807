"""Three gateways and two workers on PostgreSQL and Redis: what each of them may do without a customer losing a word."""

import asyncio
import os
import shutil
import signal

import pytest
from redis.asyncio import Redis

from bot.storage.database import connect
from tests.chaos.play import CUSTOMERS, play
from tests.chaos.town import Town, staffed
from tests.support.databases import end_connections, postgres_database
from tests.support.redis_server import RedisServer
from tests.support.running import free_port
from tests.support.wire import RoughWire

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.skipif(
        shutil.which("redis-server") is None and "redis" not in os.environ.get("BATON_TEST_REQUIRE", ""),
        reason="no redis-server to stop and start",
    ),
]
LATE = 30.0  # a poll is a second; a busy test machine may add what it likes
MESSAGES = 20  # some three seconds of talk
LONG_TALK = 250  # some thirty


@pytest.fixture
def redis(tmp_path):
    server = RedisServer(free_port(), tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture
async def town(mother, tmp_path, redis):
    with postgres_database() as url:
        host, port = url.split("@")[1].split("/")[0].split(":")
        async with RoughWire((host, int(port))) as wire:
            database = connect(url)
            tokens = await staffed(database)
            await database.close()
            town = Town(
                mother,
                tmp_path,
                url,
                tokens,
                gateways=3,
                workers=2,
                through=url.replace(f":{port}/", f":{wire.port}/"),
                redis_url=redis.url,
                hurried={"lease_seconds": 15.0},  # as in real life: nobody dies without a word here but a worker
            )
            town.storage = wire
            yield town


def kept_every_promise(report, messages=MESSAGES):
    assert report.wrongs == []
    assert report.messages == CUSTOMERS * messages
    assert report.claims == 1  # the customer who asked for a person, and nobody was sent to one because of a failure


async def test_the_two_ends_of_a_conversation_sit_on_different_gateways(town, redis):
    async def nothing(town, chance):
        return None

    report = await play(town, 1, nothing, messages=MESSAGES)
    kept_every_promise(report)
    assert report.latest < LATE
    async with Redis.from_url(redis.url) as client:
        assert (await client.info("commandstats"))["cmdstat_publish"]["calls"] > report.messages


def away(redis, seconds: float):
    """Redis is killed and comes back after so long."""

    async def stop(town, chance):
        await asyncio.to_thread(redis.kill)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(redis.start)

    return stop


async def test_redis_goes_away_and_comes_back(town, redis):
    report = await play(town, 2, away(redis, 3), messages=MESSAGES)
    kept_every_promise(report)
    assert report.latest < LATE


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_redis_stays_away_for_half_a_minute_of_talk(town, redis):
    report = await play(town, 6, away(redis, 30), messages=LONG_TALK)
    kept_every_promise(report, LONG_TALK)
    assert report.latest < LATE / 2  # by polling, not by waiting for Redis


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_the_database_stays_away_for_half_a_minute(town):
    async def restart_storage(town, chance):
        await asyncio.sleep(1)
        await town.storage.cut()
        await asyncio.to_thread(end_connections, town.database_url)
        await asyncio.sleep(30)
        await town.storage.mend()

    report = await play(town, 7, restart_storage, messages=MESSAGES)
    kept_every_promise(report)


async def test_the_database_ends_every_connection_and_then_cannot_be_reached(town):
    async def break_storage(town, chance):
        for _ in range(3):
            await asyncio.sleep(0.3)
            await asyncio.to_thread(end_connections, town.database_url)
        await town.storage.cut()
        await asyncio.sleep(1)
        await town.storage.mend()

    report = await play(town, 3, break_storage, messages=MESSAGES)
    kept_every_promise(report)


async def test_the_pool_loses_a_worker_under_load(town):
    async def lose_a_worker(town, chance):
        await asyncio.sleep(0.2)
        town.workers[0].held_down = True
        town.workers[0].child.kill()
        await asyncio.sleep(2)
        town.workers[0].held_down = False

    report = await play(town, 4, lose_a_worker, messages=MESSAGES)
    kept_every_promise(report)


async def test_a_rolling_restart_of_everything_under_load(town):
    async def restart_all(town, chance):
        for post in (*town.gateways, *town.workers):
            post.child.kill(signal.SIGTERM)
            await post.child.gone()
            await town.answering([post])

    report = await play(town, 5, restart_all, messages=MESSAGES)
    kept_every_promise(report)
    assert report.restarts == 5
