"""Whether memory stays flat: a real `baton serve` under steady load, its memory looked at every 15 seconds.

`python -m tests.bench.soak_report --state STATE [--minutes 60] [--rate 10] [--users 40] [--json OUT]` on a directory
that `baton setup` has prepared. Customers come, talk and go, after one message in twenty the line breaks and they come
back, one in ten asks for a person; an agent claims, answers and resolves. Growth is the slope of a least-squares line
through the resident memory of each process after the warm-up; every acknowledged message is looked for in the log.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, linear_regression

import aiohttp

from bot.app import bench_texts
from bot.clock import SystemClock
from bot.errors import BatonError
from bot.event_loop import run
from bot.gateway.sessions import operator_proof
from bot.load.bench import REPLY_WITHIN, Pace
from bot.load.customer import LoadCustomer, Sent, connections, lost_and_duplicated
from bot.load.figures import percentiles_ms
from tests.bench.busy_agent import BusyAgent
from tests.bench.processes import cpu_seconds, resident_megabytes
from tests.support.running import RunningService

EVERY = 15.0
PERSON = "I want to talk to a person, please."
WAITS_FOR_A_PERSON = 20.0


@dataclass
class Seen:
    """What customers saw, without keeping them."""

    counts: Counter[str] = field(default_factory=Counter)
    replies: list[float] = field(default_factory=list)

    def message(self, sent: Sent) -> None:
        """Count one message."""
        self.counts["messages"] += 1
        if sent.error:
            self.counts[f"error_{sent.error}"] += 1
        elif sent.replied_at is not None:
            self.replies.append(sent.replied_at - sent.at)


@dataclass(frozen=True)
class Sample:
    """Memory of each kind of process at a time, in minutes and megabytes."""

    minutes: float
    gateway: float
    worker: float


class Visitors:
    """One seat: customer after customer takes it, each for a few messages."""

    def __init__(self, base: str, secret: str, texts: Sequence[str], chance: random.Random, seen: Seen) -> None:
        self._base = base
        self._secret = secret
        self._texts = texts
        self._chance = chance
        self._seen = seen

    async def come_and_go(self, pace: Pace, until: float) -> None:
        """Until then, by the monotonic clock."""
        async with connections() as http:
            while not pace.is_over(until):
                proof = operator_proof(self._secret, SystemClock().now())
                customer = LoadCustomer(http, self._base, proof)
                try:
                    await self._whole_visit(customer, pace, until)
                except (BatonError, aiohttp.ClientError, OSError) as error:
                    self._seen.counts[f"visit_broken_{type(error).__name__}"] += 1
                    await asyncio.sleep(1.0)

    async def _whole_visit(self, customer: LoadCustomer, pace: Pace, until: float) -> None:
        await customer.open()
        try:
            await self._visit(customer, pace, until)
            lost, doubled = lost_and_duplicated(customer.sent, await customer.stored())
            self._seen.counts["lost"] += lost
            self._seen.counts["duplicated"] += doubled + customer.duplicate_seqs
            self._seen.counts["customers"] += 1
        finally:
            await customer.close()

    async def _visit(self, customer: LoadCustomer, pace: Pace, until: float) -> None:
        last = self._chance.randint(3, 8)
        wants_person = self._chance.random() < 0.1
        for number in range(1, last + 1):
            if not await pace.next_before(until):
                return
            text = PERSON if wants_person and number == last else self._chance.choice(self._texts)
            self._seen.message(await customer.say(text, REPLY_WITHIN))
            if customer.state != "bot":
                await self._with_a_person(customer)
                return
            if self._chance.random() < 0.05:
                await customer.reconnect()
                self._seen.counts["reconnects"] += 1

    async def _with_a_person(self, customer: LoadCustomer) -> None:
        self._seen.counts["passed_on"] += 1
        try:
            async with asyncio.timeout(WAITS_FOR_A_PERSON):
                while customer.state != "closed":
                    await asyncio.sleep(0.25)
        except TimeoutError:
            self._seen.counts["left_waiting"] += 1


async def watch(gateway: int, workers: Sequence[int], began: float, until: float, samples: list[Sample]) -> None:
    """Look at the processes every 15 seconds."""
    while time.monotonic() < until:
        minutes, held = (time.monotonic() - began) / 60, sum(map(resident_megabytes, workers))
        samples.append(Sample(round(minutes, 2), round(resident_megabytes(gateway), 1), round(held, 1)))
        await asyncio.sleep(EVERY)


def growth(samples: Sequence[Sample], warm_up: float) -> dict[str, object]:
    """Slope in MB an hour after the warm-up and the mean of its first and last five minutes, for each process."""
    steady = [sample for sample in samples if sample.minutes >= warm_up]
    found: dict[str, object] = {}
    for name in ("gateway", "worker"):
        values = [getattr(sample, name) for sample in steady]
        slope = linear_regression([sample.minutes / 60 for sample in steady], values).slope
        found[name] = {
            "megabytes_an_hour": round(slope, 2),
            "first_five_minutes": round(fmean(values[:20]), 1),
            "last_five_minutes": round(fmean(values[-20:]), 1),
            "highest": max(values),
        }
    return found


async def soak(service: RunningService, minutes: float, rate: float, users: int, warm_up: float) -> dict[str, object]:
    """Load the running service for so long and say what became of its memory and of the messages."""
    if service.process is None:
        raise RuntimeError("start the service first")
    gateway, workers = service.process.pid, service.worker_pids()
    token = service.staff("agent").token
    secret, texts = (service.state / "secret_key").read_text().strip(), bench_texts()
    seen, samples = Seen(), list[Sample]()
    began = time.monotonic()
    until = began + minutes * 60
    spent = {pid: cpu_seconds(pid) for pid in (gateway, *workers)}
    async with asyncio.TaskGroup() as group:
        agent = group.create_task(BusyAgent(service.base, token, seen.counts).work())
        group.create_task(watch(gateway, workers, began, until, samples))
        seats = [Visitors(service.base, secret, texts, random.Random(number), seen) for number in range(users)]
        paces = [Pace(began, number, users, rate) for number in range(users)]
        await asyncio.gather(*(seat.come_and_go(pace, until) for seat, pace in zip(seats, paces, strict=True)))
        agent.cancel()
    used = {pid: cpu_seconds(pid) - before for pid, before in spent.items()}
    messages = seen.counts["messages"]
    return {
        "minutes": round((time.monotonic() - began) / 60, 1),
        "messages_per_second": round(messages / (minutes * 60), 2),
        "counts": dict(sorted(seen.counts.items())),
        "reply_ms": percentiles_ms(seen.replies),
        "gateway_cpu_ms_a_message": round(used.pop(gateway) / messages * 1000, 2),
        "worker_cpu_ms_a_message": round(sum(used.values()) / messages * 1000, 2),
        "warm_up_minutes": warm_up,
        **growth(samples, warm_up),
        "samples": [[sample.minutes, sample.gateway, sample.worker] for sample in samples],
    }


def main() -> None:
    """Print the report without its samples; they are in the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--warm-up", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=10.0)
    parser.add_argument("--users", type=int, default=40)
    parser.add_argument("--port", type=int)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    service = RunningService(chosen.state, port=chosen.port).start()
    try:
        report = run(soak(service, chosen.minutes, chosen.rate, chosen.users, chosen.warm_up))
    finally:
        service.stop()
    text = json.dumps(report)
    if chosen.json:
        chosen.json.write_text(text)
    print(json.dumps({name: value for name, value in report.items() if name != "samples"}, indent=1))


if __name__ == "__main__":
    main()
