"""How fast the conversation core is by itself: closed-loop customers, an instant brain, a real database.

Run: `python -m tests.bench.core_speed [--url URL] [--users 50] [--seconds 10] [--rate 0] [--history 0] [--profile]`.
Without a URL a SQLite file in a temporary directory is used. A message counts once its reply has been read back from
the log by the customer who sent it, as a gateway does. `--rate` sends so many messages a second in all instead of as
many as go; `--history` fills the database with so many events first."""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import pstats
import statistics
import tempfile
import time
from datetime import UTC, datetime

from bot.conversation.ids import new_id
from bot.conversation.model import Reply, Signals, TurnRequest, TurnResult
from bot.conversation.recent import RecentEvents
from bot.conversation.service import ConversationService
from bot.conversation.turns import Dispatcher
from bot.storage.database import Database, connect
from bot.storage.signals import InProcessSignals
from bot.storage.sql import SqlConversationStore
from bot.storage.tables import conversations, customers, episodes, events
from tests.bot.conversation.world import PlainWords, Rota

MESSAGES_A_CONVERSATION = 8

TRACKER = [
    {"event": "action", "name": "action_listen", "timestamp": 1.0, "confidence": 1.0, "policy": None},
    {"event": "user", "text": "where is my order", "parse_data": {"intent": {"name": "order_status"}, "entities": []}},
    {"event": "slot", "name": "order_number", "value": "1042", "timestamp": 2.0},
    {"event": "action", "name": "action_order_status", "timestamp": 2.0, "confidence": 1.0, "policy": "RulePolicy"},
    {"event": "bot", "text": "Order 1042 is on its way and arrives on Tuesday.", "data": {}, "timestamp": 2.0},
]


class Clock:
    """The time it is."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class InstantBrain:
    """Answers at once, with what a turn of the real one leaves behind."""

    async def turn(self, request: TurnRequest) -> TurnResult:
        seq = request.messages[-1].seq
        signals = Signals(
            intents=({"seq": seq, "name": "order_status", "confidence": 0.98},),
            sentiment=({"seq": seq, "frustration": 0.1, "urgency": 0.0},),
            slots={"order_number": "1042"},
        )
        return TurnResult((Reply("Order 1042 is on its way and arrives on Tuesday."),), TRACKER, signals, "bench")


class Customer:
    """Writes, waits for the reply, writes again."""

    def __init__(self, service: ConversationService, signals: InProcessSignals, pace: float) -> None:
        self.service = service
        self.signals = signals
        self.pace = pace
        self.acks: list[float] = []
        self.replies: list[float] = []

    async def run(self, until: float) -> None:
        while time.perf_counter() < until:
            await self.converse(until)

    async def converse(self, until: float) -> None:
        conversation = await self.service.open(None)
        after = conversation.last_seq
        async with self.signals.subscribe(f"conversation:{conversation.id}") as news:
            number = 0
            while time.perf_counter() < until and number < MESSAGES_A_CONVERSATION:
                began = time.perf_counter()
                number += 1
                sent = await self.service.post_customer_message(
                    conversation.id, f"m{number}", "where is my order 1042?"
                )
                self.acks.append(time.perf_counter() - began)
                replied = False
                while not replied:
                    _, payload = await anext(news)
                    if payload is None:
                        for event in await self.service.events(conversation.id, after):
                            after = event.seq
                            author = event.data.get("author", {}).get("kind")
                            replied = replied or (author == "bot" and event.seq > sent.seq)
                self.replies.append(time.perf_counter() - began)
                await asyncio.sleep(max(0.0, self.pace - (time.perf_counter() - began)))


def quantiles(seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100)
    return {name: round(cuts[at - 1] * 1000, 2) for name, at in (("p50", 50), ("p95", 95), ("p99", 99))}


async def fill(database: Database, total: int) -> None:
    """Conversations of twenty events each, as old ones lie in a database."""
    now = Clock().now()
    event = {
        "message_id": "m",
        "author": {"kind": "customer"},
        "text": "where is my order, it should have been here " * 3,
    }
    zero = dict.fromkeys(
        ["turns_failed", "answered", "clarified", "offered_human", "bot_replies", "customer_messages"], 0
    )
    for _ in range(0, total, 20_000):
        names = [new_id() for _ in range(min(total, 20_000) // 20)]

        def script(connection, names=names) -> None:
            connection.execute(
                customers.insert(), [{"id": name, "verified": False, "conversations": 1} for name in names]
            )
            columns = {
                column.name: 0
                for column in conversations.columns
                if not column.nullable and str(column.type) == "INTEGER"
            }
            row = columns | {
                "state": "closed",
                "created_at": now,
                "updated_at": now,
                "state_since": now,
                "channel": "widget",
                "priority": "normal",
                "labels": [],
                "episode": 1,
                "last_seq": 20,
            }
            connection.execute(conversations.insert(), [row | {"id": name, "customer_id": name} for name in names])
            figures = {"number": 1, "channel": "widget", "opened_at": now, "abandoned": False, **zero}
            connection.execute(episodes.insert(), [figures | {"conversation_id": name} for name in names])
            log = {"at": now, "kind": "message", "author": "customer", "private": False, "data": event}
            connection.execute(
                events.insert(),
                [
                    log | {"conversation_id": name, "seq": seq, "client_key": f"customer:{seq}"}
                    for name in names
                    for seq in range(1, 21)
                ],
            )

        await database.write_script(script)


async def measure(url: str, users: int, seconds: float, rate: float, history: int) -> dict[str, object]:
    database = connect(url)
    await database.upgrade()
    if history:
        await fill(database, history)
    signals = InProcessSignals()
    store = SqlConversationStore(database)
    service = ConversationService(store, signals, Rota(), PlainWords(), Clock(), recent=RecentEvents())
    dispatcher = Dispatcher(store, service, InstantBrain(), signals, Clock(), concurrency=16)
    await dispatcher.start()
    crowd = [Customer(service, signals, users / rate if rate else 0.0) for _ in range(users)]
    cpu, began = time.process_time(), time.perf_counter()
    await asyncio.gather(*(customer.run(began + seconds) for customer in crowd))
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    await dispatcher.stop()
    await database.close()
    acks = [each for customer in crowd for each in customer.acks]
    replies = [each for customer in crowd for each in customer.replies]
    return {
        "database": url.split(":", 1)[0],
        "users": users,
        "answered_per_second": round(len(replies) / took, 1),
        "ack_ms": quantiles(acks),
        "reply_ms": quantiles(replies),
        "cpu_ms_per_answered_message": round(cpu / len(replies) * 1000, 2),
        "history_events": history,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url")
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--history", type=int, default=0)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        url = options.url or f"sqlite:///{directory}/bench.db"
        run = measure(url, options.users, options.seconds, options.rate, options.history)
        profile = cProfile.Profile()
        found = profile.runcall(asyncio.run, run) if options.profile else asyncio.run(run)
        print(json.dumps(found, indent=2))
        if options.profile:
            pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
