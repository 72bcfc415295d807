"""Whether a full database is a slow one: unit operations on an empty log and on one of a million events.

`python -m tests.bench.million_events [--url URL] [--events 1000000] [--times 300]`. Without a URL a SQLite file in a
temporary directory; a database at a URL must be empty and is left full. Each operation is one that a person waits for;
what is compared is the median, before and after, in the same process. On a busy machine trust the processor time, which
on PostgreSQL is without the server's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from statistics import median, quantiles

from bot.conversation.ids import new_id
from bot.conversation.model import Staff, State
from bot.conversation.service import ConversationService
from bot.desk.queue import Wanted
from bot.storage.database import Database, connect
from bot.storage.queue import SqlConversationList
from bot.storage.signals import InProcessSignals
from bot.storage.sql import SqlConversationStore
from tests.bench.core_speed import Clock, InstantBrain, fill
from tests.bot.conversation.world import PlainWords, Rota

Timed = dict[str, list[tuple[float, float]]]


class Bench:
    """The operations, on one database."""

    def __init__(self, database: Database) -> None:
        self._store = SqlConversationStore(database)
        self._service = ConversationService(self._store, InProcessSignals(), Rota(), PlainWords(), Clock())
        self._listing = SqlConversationList(database)
        self._brain = InstantBrain()
        self._agent = Staff("agent-1", "Sam")

    async def once(self, timed: Timed) -> None:
        """One customer from the first word to the end, each step timed."""
        opened = await self._service.open(None)
        key = new_id()
        await _time(timed, "ack", lambda: self._service.post_customer_message(opened.id, key, "where is my order"))
        await _time(timed, "reply", self._reply)
        await self._service.request_human(opened.id, new_id())
        shown = Wanted(states=(State.QUEUED, State.AGENT), limit=300)
        await _time(timed, "list", lambda: self._listing.find(shown))
        await _time(timed, "counts", self._listing.counts)
        await _time(timed, "claim", lambda: self._service.claim(opened.id, self._agent))
        read = self._store.read
        await _time(timed, "replay", lambda: read(lambda seen: seen.events(opened.id, 0, 500, False)))
        await self._service.resolve(opened.id, self._agent, "resolved", None)

    async def _reply(self) -> None:
        for taken in await self._service.take_turns("bench", 30, 50):
            await self._service.finish_turn(taken, await self._brain.turn(taken.request))


async def _time(timed: Timed, name: str, act: Callable[[], Awaitable[object]]) -> None:
    began, spent = time.perf_counter(), time.process_time()
    await act()
    timed.setdefault(name, []).append((time.perf_counter() - began, time.process_time() - spent))


async def _round(bench: Bench, times: int) -> Timed:
    timed: Timed = {}
    for _ in range(times):
        await bench.once(timed)
    return timed


async def measure(url: str, events: int, times: int) -> dict[str, object]:
    """Medians and p95 in milliseconds, before and after, and by how much the median grew."""
    database = connect(url)
    await database.upgrade()
    bench = Bench(database)
    await _round(bench, times // 3)
    before = await _round(bench, times)
    began = time.monotonic()
    await fill(database, events)
    # As autovacuum does in a database that fills by itself: without statistics PostgreSQL chooses badly.
    await database.write_script(lambda connection: connection.exec_driver_sql("ANALYZE") and None)
    filled = time.monotonic() - began
    await _round(bench, times // 3)
    after = await _round(bench, times)
    await database.close()
    return {
        "database": url.split(":", 1)[0],
        "events": events,
        "fill_seconds": round(filled, 1),
        **{name: _compared(before[name], after[name]) for name in before},
    }


def _compared(before: list[tuple[float, float]], after: list[tuple[float, float]]) -> dict[str, float]:
    clock_before, clock_after = ([clock for clock, _ in found] for found in (before, after))
    cpu_before, cpu_after = (median(cpu for _, cpu in found) for found in (before, after))
    return {
        "before_ms": round(median(clock_before) * 1000, 2),
        "after_ms": round(median(clock_after) * 1000, 2),
        "before_p95_ms": round(quantiles(clock_before, n=20)[-1] * 1000, 2),
        "after_p95_ms": round(quantiles(clock_after, n=20)[-1] * 1000, 2),
        "before_cpu_ms": round(cpu_before * 1000, 2),
        "after_cpu_ms": round(cpu_after * 1000, 2),
        "cpu_growth_percent": round((cpu_after / cpu_before - 1) * 100, 1),
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=300)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        url = chosen.url or f"sqlite:///{directory}/bench.db"
        print(json.dumps(asyncio.run(measure(url, chosen.events, chosen.times)), indent=1))


if __name__ == "__main__":
    main()
