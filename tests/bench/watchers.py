"""One piece of news to many at once: a message to 500 sockets of one conversation, a customer in line to 500 desks.

`python -m tests.bench.watchers [--watchers 500] [--times 10]`: a whole gateway on SQLite as a process of its own. For
each piece of news: when the last of them had it, counted from when it was sent, and what it cost the gateway in
processor time. The sockets are all read by one client process, whose own work is in the first figure.
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
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from websockets.asyncio.client import connect as open_socket

from bot.storage.database import connect
from tests.bench.processes import cpu_seconds
from tests.chaos.town import Town, staffed
from tests.support.mother import Mother
from tests.support.plain_http import PLAIN

PAUSE = 1.0


class Audience:
    """Sockets that look for a word in what they are sent, and note when the last of them found it."""

    def __init__(self) -> None:
        self.found = 0
        self._word = ""
        self._wanted = 0
        self._all = asyncio.Event()

    def expect(self, word: str, sockets: int) -> None:
        """Begin to look for another word."""
        self.found, self._word, self._wanted = 0, word, sockets
        self._all.clear()

    async def everybody(self) -> None:
        """Wait until all have found it."""
        await self._all.wait()

    async def read(self, ws: Any) -> None:
        """One socket's reading."""
        async for raw in ws:
            if self._word and self._word in raw:
                self.found += 1
                if self.found == self._wanted:
                    self._all.set()


@asynccontextmanager
async def many(address: str, path: str, hello: dict[str, Any], count: int) -> AsyncIterator[Audience]:
    """So many open sockets that begin with that frame."""
    audience, room = Audience(), asyncio.Semaphore(20)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as reading:

        async def one() -> None:
            async with room:
                ws = await stack.enter_async_context(
                    open_socket(f"ws://{address}/api/v1{path}", proxy=None, compression=None, max_size=None)
                )
                await ws.send(json.dumps(hello))
                await ws.recv()
                tasks.append(reading.create_task(audience.read(ws)))
                tasks.append(reading.create_task(_pings(ws)))

        tasks: list[asyncio.Task[None]] = []
        await asyncio.gather(*(one() for _ in range(count)))
        yield audience
        for task in tasks:
            task.cancel()


async def _pings(ws: Any) -> None:
    while True:
        await asyncio.sleep(random.uniform(10, 20))
        await ws.send('{"type":"ping"}')


async def told(audience: Audience, count: int, times: int, gateway: int, send: Callable[[str], Awaitable[Any]]) -> dict:
    """Send one piece of news after the other; when the last socket had each, and what each cost."""
    last, spent = [], []
    for _ in range(times):
        await asyncio.sleep(PAUSE)
        word = uuid.uuid4().hex
        audience.expect(word, count)
        before, began = cpu_seconds(gateway), time.monotonic()
        async with asyncio.timeout(60):
            await send(word)
            await audience.everybody()
        last.append(time.monotonic() - began)
        spent.append(cpu_seconds(gateway) - before)
    return {
        "last_of_all_ms_p50": round(median(last) * 1000, 1),
        "last_of_all_ms_max": round(max(last) * 1000, 1),
        "gateway_cpu_ms_p50": round(median(spent) * 1000, 1),
    }


async def measure(town: Town, count: int, times: int) -> dict:
    """Both kinds of news."""
    gateway, address = town.gateways[0], f"127.0.0.1:{town.gateways[0].port}"
    assert gateway.child is not None
    pid, found = gateway.child.pid, {}
    async with httpx.AsyncClient(
        base_url=f"http://{address}/api/v1", timeout=60, trust_env=False, verify=PLAIN
    ) as http:

        async def session() -> dict[str, str]:
            token = (await http.post("/widget/sessions", json={})).json()["session_token"]
            return {"Authorization": f"Bearer {token}"}

        async def says(headers: dict[str, str], text: str) -> None:
            body = {"client_message_id": uuid.uuid4().hex, "text": text}
            (await http.post("/widget/messages", json=body, headers=headers)).raise_for_status()

        mine = await session()
        hello = {"type": "hello", "session_token": mine["Authorization"].removeprefix("Bearer "), "last_seq": 0}
        async with many(address, "/widget/ws", hello, count) as audience:
            found["message_to_sockets"] = await told(audience, count, times, pid, lambda word: says(mine, word))

        async def joins_the_line(word: str) -> None:
            await says(await session(), f"{word} #person")

        desk = {"Authorization": f"Bearer {town.tokens[0]}"}
        online = {"status": "online", "capacity": 50}
        (await http.put("/agent/presence", json=online, headers=desk)).raise_for_status()
        hello = {"type": "hello", "access_token": town.tokens[0]}
        async with many(address, "/agent/ws", hello, count) as audience:
            found["customer_in_line_to_desks"] = await told(audience, count, times, pid, joins_the_line)
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
