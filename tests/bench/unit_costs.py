"""What one message and one open socket cost a gateway: the figures that docs/scaling.md multiplies.

`python -m tests.bench.unit_costs [sqlite] [postgres] [--idle 1500] [--ping-every 20] [--only-idle]`: a whole gateway
and a scripted worker as processes of their own, customers over real sockets, figures from /proc and the database.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import tempfile
import time
import uuid
from contextlib import ExitStack
from pathlib import Path

import httpx
from redis.asyncio import Redis
from sqlalchemy import text
from websockets.asyncio.client import connect as open_socket

from bot.storage.database import connect
from tests.bench.processes import cpu_seconds, own_megabytes, resident_megabytes
from tests.bench.raw_sockets import Apart
from tests.chaos.town import Town, staffed
from tests.support.databases import postgres_database
from tests.support.mother import Mother
from tests.support.redis_server import RedisServer
from tests.support.running import free_port

CUSTOMERS, SECONDS, SETTLING, IDLE_SECONDS = 20, 12.0, 20.0, 60.0
OPENED_AT_ONCE = 100


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


async def idle_costs(town: Town, pid: int, pages: int, every: float) -> dict:
    """Pages of so many customers that only ping, held by a process of its own that only reads bytes."""
    before = own_megabytes(pid)
    opening = time.monotonic()
    client = Apart("127.0.0.1", town.gateways[0].port, "/api/v1/widget/ws", every)
    try:
        while (there := await client.ask("opened_for", OPENED_AT_ONCE)) < pages:
            pass
        opened = time.monotonic() - opening
        await client.ask("idle", SETTLING)  # what came with opening them is over by then
        held, spent, read, began = own_megabytes(pid), cpu_seconds(pid), cpu_seconds(client.pid), time.monotonic()
        pongs = await client.ask("idle", IDLE_SECONDS)
        elapsed, used = time.monotonic() - began, cpu_seconds(pid) - spent
        lost = await client.ask("lost_so_far")
        return {
            "idle_sockets": there,
            "lost": lost,
            "seconds_to_open": round(opened, 1),
            "ping_every_seconds": every,
            "pings_answered": pongs,
            "resident_megabytes": round(resident_megabytes(pid), 1),
            "kilobytes_a_socket": round((held - before) / there * 1024, 1),
            "cpu_percent": round(used / elapsed * 100, 2),
            "cpu_percent_a_thousand": round(used / elapsed * 100 / there * 1000, 2),
            "client_cpu_percent": round((cpu_seconds(client.pid) - read) / elapsed * 100, 2),
        }
    finally:
        client.close()


async def measure(kind: str, mother: Mother, place: Path, stack: ExitStack, chosen: argparse.Namespace) -> dict:
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
        costs = {} if chosen.only_idle else await message_costs(town, pids, Shared(url, redis))
        return {"database": kind, **costs, **await idle_costs(town, pids["gateway"], chosen.idle, chosen.ping_every)}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", default=["sqlite", "postgres"])
    parser.add_argument("--idle", type=int, default=1500)
    parser.add_argument("--ping-every", type=float, default=20.0)
    parser.add_argument("--only-idle", action="store_true")
    chosen = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (chosen.idle * 2 + 2048, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    for kind in chosen.kinds:
        with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
            mother = Mother(Path(name))
            stack.callback(mother.close)
            print(json.dumps(asyncio.run(measure(kind, mother, Path(name), stack, chosen))), flush=True)


if __name__ == "__main__":
    main()
