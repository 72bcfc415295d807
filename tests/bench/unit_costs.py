"""What one message and one open socket cost a gateway: the figures that docs/scaling.md multiplies.

`python -m tests.bench.unit_costs [sqlite|postgres]`: a whole gateway and a scripted worker as processes of their own,
customers over real sockets, figures from /proc and from the database.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sys
import tempfile
import time
import uuid
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import httpx
from redis.asyncio import Redis
from sqlalchemy import text
from websockets.asyncio.client import connect as open_socket

from bot.storage.database import connect
from tests.bench.processes import cpu_seconds, own_megabytes
from tests.chaos.town import Town, staffed
from tests.support.databases import postgres_database
from tests.support.mother import Mother
from tests.support.redis_server import RedisServer
from tests.support.running import free_port

CUSTOMERS, SECONDS, IDLE, IDLE_SECONDS = 20, 12.0, 1500, 20.0


async def database_bytes(url: str) -> int:
    """Size of the database with what it has in its log."""
    database = connect(url)
    try:
        pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        ask = text(pages if database.is_sqlite else "SELECT pg_database_size(current_database())")
        return int(await database.read_script(lambda connection: connection.execute(ask).scalar_one()))
    finally:
        await database.close()


async def server_pids(url: str) -> list[int]:
    """Processes of a PostgreSQL server on this machine that work for a database."""
    database = connect(url)
    ask = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    try:
        return list(await database.read_script(lambda connection: connection.execute(ask).scalars().all()))
    finally:
        await database.close()


class Shared:
    """What gateways share, and how much work it has had so far."""

    def __init__(self, url: str, redis: RedisServer | None) -> None:
        self._url = url
        self._redis = redis

    async def cpu_seconds(self) -> float:
        """Processor time of the database's server processes; 0 where there are none."""
        if self._redis is None:
            return 0.0
        return sum(cpu_seconds(pid) for pid in await server_pids(self._url))

    async def commands(self) -> int:
        """Commands that Redis has had."""
        if self._redis is None:
            return 0
        async with Redis.from_url(self._redis.url) as client:
            return int((await client.info("stats"))["total_commands_processed"])


class Speaker:
    """A customer who writes as soon as the last message is answered."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.answered = 0

    async def talk(self, until: float) -> None:
        """Until then, by the loop's clock."""
        async with httpx.AsyncClient(base_url=f"http://{self.address}/api/v1", trust_env=False) as http:
            session = (await http.post("/widget/sessions", json={})).json()
        async with open_socket(f"ws://{self.address}/api/v1/widget/ws", proxy=None) as ws:
            await ws.send(json.dumps({"type": "hello", "session_token": session["session_token"], "last_seq": 0}))
            while asyncio.get_running_loop().time() < until:
                said = f"where is my parcel {uuid.uuid4().hex[:8]}"
                await ws.send(json.dumps({"type": "message", "client_message_id": uuid.uuid4().hex, "text": said}))
                while f"re: {said}" not in str(await ws.recv()):
                    pass
                self.answered += 1


async def message_costs(town: Town, pids: dict[str, int], shared: Shared) -> dict:
    """Customers without a pause for some seconds."""
    address = f"127.0.0.1:{town.gateways[0].port}"
    speakers = [Speaker(address) for _ in range(CUSTOMERS)]
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(speaker.talk(loop.time() + 2) for speaker in speakers))
    size, spent = await database_bytes(town.database_url), {name: cpu_seconds(pid) for name, pid in pids.items()}
    server, commands = await shared.cpu_seconds(), await shared.commands()
    began, before = time.monotonic(), sum(speaker.answered for speaker in speakers)
    await asyncio.gather(*(speaker.talk(loop.time() + SECONDS) for speaker in speakers))
    answered = sum(speaker.answered for speaker in speakers) - before
    used = {
        f"{name}_cpu_ms": round((cpu_seconds(pid) - spent[name]) / answered * 1000, 2) for name, pid in pids.items()
    }
    return {
        "answered": answered,
        "answered_per_second": round(answered / (time.monotonic() - began), 1),
        **{name: round(milliseconds, 2) for name, milliseconds in used.items()},
        "database_cpu_ms": round((await shared.cpu_seconds() - server) / answered * 1000, 2),
        "redis_commands": round((await shared.commands() - commands) / answered, 1),
        "database_bytes": round((await database_bytes(town.database_url) - size) / answered),
    }


async def _beat(ws) -> None:
    """What an open widget does: a ping every 20 seconds, and reading."""
    while True:
        await asyncio.sleep(random.uniform(10, 20))
        await ws.send('{"type":"ping"}')
        while '"pong"' not in str(await ws.recv()):
            pass


async def idle_costs(town: Town, pid: int) -> dict:
    """Sockets of as many customers that only ping, as a widget does every 20 seconds."""
    address = f"127.0.0.1:{town.gateways[0].port}"
    before = own_megabytes(pid)
    room = asyncio.Semaphore(20)
    async with AsyncExitStack() as stack, httpx.AsyncClient(trust_env=False) as http, asyncio.TaskGroup() as pings:

        async def open_one() -> None:
            async with room:
                answer = await http.post(f"http://{address}/api/v1/widget/sessions", json={})
                ws = await stack.enter_async_context(open_socket(f"ws://{address}/api/v1/widget/ws", proxy=None))
                token = answer.json()["session_token"]
                await ws.send(json.dumps({"type": "hello", "session_token": token, "last_seq": 0}))
                beating.append(pings.create_task(_beat(ws)))

        beating: list[asyncio.Task[None]] = []
        await asyncio.gather(*(open_one() for _ in range(IDLE)))
        await asyncio.sleep(2)
        held, spent, began = own_megabytes(pid), cpu_seconds(pid), time.monotonic()
        await asyncio.sleep(IDLE_SECONDS)
        elapsed, used = time.monotonic() - began, cpu_seconds(pid) - spent
        for beat in beating:
            beat.cancel()
        return {
            "idle_sockets": IDLE,
            "kilobytes_a_socket": round((held - before) / IDLE * 1024, 1),
            "cpu_percent_a_thousand": round(used / elapsed * 100 / IDLE * 1000, 2),
        }


async def measure(kind: str, mother: Mother, place: Path, stack: ExitStack) -> dict:
    """Both figures on a database of that kind."""
    url, redis, values = f"sqlite:///{place}/baton.sqlite3", None, {}
    if kind == "postgres":
        url, redis = stack.enter_context(postgres_database()), RedisServer(free_port(), place)
        redis.start()
        stack.callback(redis.kill)
        values = {"redis_url": redis.url}
    database = connect(url)
    tokens = await staffed(database)
    await database.close()
    town = Town(mother, place, url, tokens, hurried={"lease_seconds": 15.0, "poll_seconds": 1.0}, **values)
    async with town.night(random.Random(0)):
        pids = {"gateway": town.gateways[0].child.pid, "worker": town.workers[0].child.pid}
        costs = await message_costs(town, pids, Shared(url, redis))
        return {"database": kind, **costs, **await idle_costs(town, pids["gateway"])}


def main() -> None:
    """Print the figures."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    kinds = sys.argv[1:] or ["sqlite", "postgres"]
    for kind in kinds:
        with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
            mother = Mother(Path(name))
            stack.callback(mother.close)
            print(json.dumps(asyncio.run(measure(kind, mother, Path(name), stack))), flush=True)


if __name__ == "__main__":
    main()
