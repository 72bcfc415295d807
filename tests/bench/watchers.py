"""One piece of news to many at once: a message to 500 sockets of one conversation, a customer in line to 500 desks.

`python -m tests.bench.watchers [--watchers 500] [--times 10]`: a whole gateway on SQLite as a process of its own, and
its sockets in another that only reads bytes (`raw_sockets`). For each piece of news: when the first, half and the last
of them had it, counted from before it was sent, and what it cost gateway and client in processor time. The watchers are
pages of one customer that show the conversation, then agents' desks that follow it, then desks that show the line.
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
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from bot.storage.database import connect
from tests.bench.processes import cpu_seconds
from tests.bench.raw_sockets import Apart
from tests.chaos.town import Town, staffed
from tests.support.mother import Mother
from tests.support.plain_http import PLAIN

PAUSE, PING_EVERY = 1.0, 10.0


@asynccontextmanager
async def many(port: int, path: str, hello: dict[str, Any], count: int) -> AsyncIterator[Apart]:
    """So many open sockets that begin with that frame."""
    audience = Apart("127.0.0.1", port, f"/api/v1{path}", PING_EVERY)
    try:
        await audience.ask("open", [hello] * count)
        yield audience
    finally:
        audience.close()


async def told(audience: Apart, times: int, gateway: int, send: Callable[[str], Awaitable[Any]]) -> dict:
    """Send one piece of news after the other; when the sockets had each, and what each cost."""
    first, half, last, spent, read = [], [], [], [], []
    for _ in range(times):
        await audience.ask("idle", PAUSE)
        word = uuid.uuid4().hex
        before, before_client, began = cpu_seconds(gateway), cpu_seconds(audience.pid), time.monotonic()
        watching = asyncio.create_task(audience.ask("all_told", word.encode(), began))
        await send(word)
        arrived = await watching
        first.append(arrived[0])
        half.append(arrived[len(arrived) // 2])
        last.append(arrived[-1])
        spent.append(cpu_seconds(gateway) - before)
        read.append(cpu_seconds(audience.pid) - before_client)
    assert await audience.ask("lost_so_far") == 0
    figures = {"first": first, "half": half, "last": last, "gateway_cpu": spent, "client_cpu": read}
    middle = {f"{name}_ms_p50": round(median(values) * 1000, 1) for name, values in figures.items()}
    return middle | {"last_ms_max": round(max(last) * 1000, 1)}


async def measure(town: Town, count: int, times: int) -> dict:
    """All three kinds of watchers."""
    gateway = town.gateways[0]
    assert gateway.child is not None
    port, pid, found = gateway.port, gateway.child.pid, {}
    base = f"http://127.0.0.1:{port}/api/v1"
    async with httpx.AsyncClient(base_url=base, timeout=60, trust_env=False, verify=PLAIN) as http:

        async def session() -> dict[str, Any]:
            return (await http.post("/widget/sessions", json={})).json()

        async def says(whose: dict[str, Any], text: str) -> None:
            body = {"client_message_id": uuid.uuid4().hex, "text": text}
            headers = {"Authorization": f"Bearer {whose['session_token']}"}
            (await http.post("/widget/messages", json=body, headers=headers)).raise_for_status()

        mine = await session()
        hello = {"type": "hello", "session_token": mine["session_token"], "last_seq": 0}
        async with many(port, "/widget/ws", hello, count) as audience:
            found["message_to_pages"] = await told(audience, times, pid, lambda word: says(mine, word))

        desk = {"Authorization": f"Bearer {town.tokens[0]}"}
        online = {"status": "online", "capacity": 50}
        (await http.put("/agent/presence", json=online, headers=desk)).raise_for_status()
        hello = {"type": "hello", "access_token": town.tokens[0]}
        async with many(port, "/agent/ws", hello, count) as audience:
            await audience.ask("send", {"type": "watch", "conversation_id": mine["conversation_id"], "last_seq": 0})
            found["message_to_desks"] = await told(audience, times, pid, lambda word: says(mine, word))

        async def joins_the_line(word: str) -> None:
            await says(await session(), f"{word} #person")

        async with many(port, "/agent/ws", hello, count) as audience:
            found["customer_in_line_to_desks"] = await told(audience, times, pid, joins_the_line)
    return {"watchers": count, "times": times, **found}


async def run(mother: Mother, place: Path, count: int, times: int) -> dict:
    """In a town of one gateway and one scripted worker."""
    url = f"sqlite:///{place}/baton.sqlite3"
    database = connect(url)
    tokens = await staffed(database)
    await database.close()
    town = Town(mother, place, url, tokens, hurried={"lease_seconds": 15.0, "poll_seconds": 1.0})
    async with town.night(random.Random(0)):
        return await measure(town, count, times)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--watchers", type=int, default=500)
    parser.add_argument("--times", type=int, default=10)
    chosen = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        mother = Mother(Path(name))
        stack.callback(mother.close)
        print(json.dumps(asyncio.run(run(mother, Path(name), chosen.watchers, chosen.times)), indent=1))


if __name__ == "__main__":
    main()
