"""One run: customers and agents talk while wires are cut and processes die; then calm; then everything is checked."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import httpx

from bot.errors import BatonError
from bot.storage.database import Database, connect
from bot.storage.sql.store import SqlConversationStore
from tests.chaos.checks import wrongs_of
from tests.chaos.desk_page import DeskPage
from tests.chaos.people import Agents, Customer
from tests.chaos.town import Town, arms_of
from tests.support.failpoints import GATEWAY_POINTS, WORKER_POINTS
from tests.support.mother import Child
from tests.support.plain_http import PLAIN

POINTS = GATEWAY_POINTS + WORKER_POINTS
CUSTOMERS = 2
MESSAGES = 5
TROUBLES = 4
SETTLED_WITHIN = 600.0  # late is allowed: a starved machine needs its time, what is stuck never ends


@dataclass
class Report:
    """What a run saw."""

    seed: int
    wrongs: list[str] = field(default_factory=list)
    messages: int = 0
    cuts: int = 0
    deaths: list[str] = field(default_factory=list)
    restarts: int = 0
    claims: int = 0
    connections: int = 0
    latest: float = 0.0
    seconds: float = 0.0
    settled: float = 0.0
    starved: float = 0.0


Trouble = Callable[[Town, random.Random], Awaitable[None]]


async def play(town: Town, seed: int, trouble: Trouble | None = None, *, messages: int = MESSAGES) -> Report:
    """Run one seed in a town whose database is new. Without a `trouble` of its own it is everything at chance, and
    processes die at chosen points; with one, pages stay at a gateway of their own. The more messages each customer
    writes, the more trouble there is."""
    chance = random.Random(seed)
    report = Report(seed)
    began, deaths = time.monotonic(), len(town.deaths())
    for post in (*town.gateways, *town.workers):
        post.lives, post.arms = 0, [] if trouble else arms_of(post, POINTS[seed % len(POINTS)], chance)
    async with town.night(chance):
        addresses = [f"127.0.0.1:{post.port}" for post in town.gateways] if trouble else [town.address]
        customers = [
            Customer(f"c{n}", addresses, chance, polls=n == 1 and trouble is None and seed % 3 == 0)
            for n in range(CUSTOMERS)
        ]
        agents = Agents(town.address, town.tokens, chance)
        await asyncio.gather(agents.arrive(), *(customer.arrive() for customer in customers))
        desk = DeskPage(town.address, town.tokens[1], [customer.id for customer in customers], chance)
        async with asyncio.TaskGroup() as talk:
            for number, customer in enumerate(customers):
                talk.create_task(_talk(customer, messages, chance, person=number == 0))
            talk.create_task((trouble or partial(any_trouble, times=TROUBLES * messages // MESSAGES))(town, chance))
        town.disarm()
        await _end(town, customers, agents, desk, report)
    report.messages = sum(len(customer.acks) for customer in customers)
    report.cuts = sum(wire.troubles for wire in town.wires)
    report.deaths = town.deaths()[deaths:]
    report.restarts = sum(post.lives - 1 for post in (*town.gateways, *town.workers))
    report.claims = agents.claims
    report.connections = sum(page.connections for customer in customers for page in customer.pages)
    report.latest = max(customer.latest_seconds() for customer in customers)
    report.seconds = time.monotonic() - began
    return report


async def _talk(customer: Customer, messages: int, chance: random.Random, *, person: bool) -> None:
    for number in range(messages):
        mark = "#person" if person and number == 1 else chance.choice(["", "", "", "#slow", "#fails"])
        customer.say(f"{customer.name} says {number} {mark}".strip())
        await asyncio.sleep(chance.choice([0, 0.02, 0.15, 0.3]))


async def any_trouble(town: Town, chance: random.Random, times: int) -> None:
    """Wires hurt and processes killed, whichever it happens to be."""
    for _ in range(times):
        await asyncio.sleep(chance.uniform(0.02, 0.3))
        wire = chance.choice(town.wires)
        match chance.choice(
            ["cut", "drop", "drop_some", "half_close", "stall", "delay", "swap", "kill", "stop", "freeze"]
        ):
            case "cut":
                await wire.cut()
                await asyncio.sleep(chance.uniform(0.05, 0.2))
                await wire.mend()
            case "drop":
                await wire.drop()
            case "drop_some":
                await wire.drop_some()
            case "half_close":
                wire.half_close()
            case "stall":
                wire.stall()
                await asyncio.sleep(chance.uniform(0.05, 0.2))
                wire.flow()
            case "delay":
                wire.delay = chance.choice([0.0, 0.03])
            case "swap":
                await town.swap_model()
            case "kill":
                _signalled(town, chance, signal.SIGKILL)
            case "stop":  # in order, in the middle of work
                _signalled(town, chance, signal.SIGTERM)
            case "freeze":  # longer than a lease: it comes back to find that others have done its work
                frozen = _signalled(town, chance, signal.SIGSTOP)
                await asyncio.sleep(chance.uniform(0.3, 2.0))
                if frozen is not None:
                    frozen.kill(signal.SIGCONT)


def _signalled(town: Town, chance: random.Random, how: int) -> Child | None:
    child = chance.choice([*town.gateways, *town.workers]).child
    if child is not None:
        child.kill(how)
    return child


async def _end(town: Town, customers: list[Customer], agents: Agents, desk: DeskPage, report: Report) -> None:
    """Wait until nothing is owed to anybody and every page has everything, then look whether it is right."""
    database = connect(town.database_url)
    calm = time.monotonic()
    try:
        try:
            async with asyncio.timeout(SETTLED_WITHIN):
                while not await _settled(database, customers, desk):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            report.wrongs.append(f"not settled after {SETTLED_WITHIN} s")
        report.settled = round(time.monotonic() - calm, 2)
        await agents.leave()
        await desk.leave()
        await asyncio.gather(*(customer.leave() for customer in customers))
        async with httpx.AsyncClient(
            base_url=f"http://{town.address}/api/v1", timeout=60, trust_env=False, verify=PLAIN
        ) as http:
            report.wrongs += await wrongs_of(database, http, customers, agents)
            report.wrongs += await desk.compare(http)
    finally:
        await database.close()


async def _settled(database: Database, customers: list[Customer], desk: DeskPage) -> bool:
    if any(customer.unacked for customer in customers):
        return False
    store = SqlConversationStore(database)
    with suppress(BatonError):
        if (await store.read(lambda read: read.outbox()))[0]:
            return False
        for customer in customers:
            now = await store.read(lambda read, id_=customer.id: read.conversation(id_))
            public = await store.read(lambda read, id_=customer.id: read.events(id_, 0, 100_000, False))
            if (
                now.state.value != "bot"
                or desk.last_seq(customer.id) != now.last_seq
                or any(page.cursor != public[-1].seq for page in customer.pages)
            ):
                return False
        return True
    return False
