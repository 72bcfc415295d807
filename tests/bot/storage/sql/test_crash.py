"""A process killed without warning: what was acknowledged is there, and every message is answered once by the next."""

import asyncio
import random
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.storage.database import Database
from bot.storage.sql import SqlConversationStore
from tests.bot.conversation.world import World

ROOT = Path(__file__).resolve().parents[4]
BOTH = [pytest.param("sqlite"), pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> Database:
    return request.getfixturevalue(request.param)


async def killed_after(lines: int, url: str) -> dict[str, dict[str, int]]:
    """Acknowledgements by conversation: client id -> seq."""
    command = [sys.executable, "-m", "tests.bot.storage.sql.victim", url]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    acknowledged: dict[str, dict[str, int]] = defaultdict(dict)
    heard = 0
    while line := await asyncio.wait_for(process.stdout.readline(), 60):
        heard += 1
        if heard == lines:
            process.kill()
        if line.endswith(b"\n"):
            conversation, seq, key = line.decode().split()
            acknowledged[conversation][key] = int(seq)
    await process.wait()
    assert heard >= lines
    return acknowledged


async def everything_answered(world: World) -> None:
    while (await world.store.read(lambda read: read.outbox()))[0]:
        world.clock.forward(minutes=5)  # past every lease and pause that the dead process left
        await world.answers()


@pytest.mark.parametrize("seed", range(4))
async def test_nothing_acknowledged_is_lost_and_nothing_is_answered_twice(database: Database, seed: int) -> None:
    lines = random.Random(seed).randint(1, 150)
    acknowledged = await killed_after(lines, database.url.render_as_string(hide_password=False))
    world = World(SqlConversationStore(database))
    world.clock.time = datetime.now(UTC) + timedelta(minutes=5)
    await everything_answered(world)
    for conversation, acks in acknowledged.items():
        events = await world.log(conversation)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        stored = {
            event.data["client_message_id"]: event.seq
            for event in events
            if event.kind == "message" and event.data["author"]["kind"] == "customer"
        }
        assert acks.items() <= stored.items()
        covered = [seq for event in events if event.kind == "turn" for seq in event.data["covers"]]
        assert sorted(covered) == sorted(stored.values())
        replies = [event for event in events if event.kind == "message" and event.data["author"]["kind"] == "bot"][1:]
        assert len(replies) == sum(event.kind == "turn" for event in events)
