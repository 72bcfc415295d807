"""Closed-loop customers through real sockets: each sends, waits for its answer, sends the next, at once or paced."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from bot.load.customer import CLOSED, WITH_A_PERSON, LoadCustomer, connections, lost_and_duplicated
from bot.load.figures import percentiles_ms

REPLY_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class BenchReport:
    """What a load run showed. `messages_per_second` counts answered messages."""

    users: int
    seconds: float
    messages: int
    messages_per_second: float
    ack_ms: Mapping[str, float]
    reply_ms: Mapping[str, float]
    errors: int
    error_codes: Mapping[str, int]
    lost: int
    duplicated: int


async def bench(
    users: int,
    seconds: float,
    base_url: str,
    proof: str | None,
    texts: Sequence[str],
    *,
    seed: int = 0,
    rate: float = 0.0,
    progress: Callable[[float], None] = lambda _: None,
) -> BenchReport:
    """Drive `users` customers for `seconds` seconds with messages drawn from `texts`.

    With a `rate` all of them together send so many messages a second, evenly spread, as long as answers come in time;
    without one each sends as soon as it was answered.
    """
    async with connections() as http:
        customers = [LoadCustomer(http, base_url, proof) for _ in range(users)]
        await asyncio.gather(*(customer.open() for customer in customers))
        started = time.monotonic()
        until = started + seconds
        ticking = asyncio.create_task(_tick(started, seconds, progress))

        async def another() -> LoadCustomer:
            newcomer = LoadCustomer(http, base_url, proof)
            await newcomer.open()
            customers.append(newcomer)
            return newcomer

        loops = (
            _loop(
                customer, another, until, partial(random.Random(seed + i).choice, texts), Pace(started, i, users, rate)
            )
            for i, customer in enumerate(list(customers))
        )
        errors: Counter[str] = sum(await asyncio.gather(*loops), Counter())
        elapsed = time.monotonic() - started
        ticking.cancel()
        lost = duplicated = 0
        for customer in customers:
            missing, double = lost_and_duplicated(customer.sent, await customer.stored())
            lost, duplicated = lost + missing, duplicated + double + customer.duplicate_seqs
        await asyncio.gather(*(customer.close() for customer in customers))
    return _report(users, customers, errors, elapsed, (lost, duplicated))


class Pace:
    """When a customer's next message is due: customers take turns, so that messages are evenly spread."""

    def __init__(self, started: float, number: int, users: int, rate: float) -> None:
        self._every = users / rate if rate > 0 else 0.0
        self._due = started + (number / rate if rate > 0 else 0.0)

    def is_over(self, until: float) -> bool:
        """Whether the next message's time is not before `until`."""
        return self._due >= until or time.monotonic() >= until

    async def next_before(self, until: float) -> bool:
        """Wait for the next message's time; False if that is not before `until`."""
        if self.is_over(until):
            return False
        await asyncio.sleep(max(0.0, self._due - time.monotonic()))
        # Who was answered late does not catch up with a burst.
        self._due = max(self._due, time.monotonic() - self._every) + self._every
        return True


async def _loop(
    customer: LoadCustomer,
    another: Callable[[], Awaitable[LoadCustomer]],
    until: float,
    next_text: Callable[[], str],
    pace: Pace,
) -> Counter[str]:
    """One customer after the other: who is passed to a person waits there, and the next one comes."""
    errors: Counter[str] = Counter()
    while await pace.next_before(until):
        sent = await customer.say(next_text(), REPLY_WITHIN)
        if sent.error:
            errors[sent.error] += 1
            if sent.error == CLOSED:
                break
        if customer.state in WITH_A_PERSON:
            customer = await another()
    return errors


def _report(
    users: int,
    customers: Sequence[LoadCustomer],
    errors: Counter[str],
    elapsed: float,
    lost_and_double: tuple[int, int],
) -> BenchReport:
    sent = [message for customer in customers for message in customer.sent]
    replied = [message for message in sent if message.replied_at is not None and not message.error]
    return BenchReport(
        users=users,
        seconds=round(elapsed, 2),
        messages=len(sent),
        messages_per_second=round(len(replied) / elapsed, 1),
        ack_ms=percentiles_ms([m.acked_at - m.at for m in sent if m.acked_at is not None]),
        reply_ms=percentiles_ms([m.replied_at - m.at for m in replied if m.replied_at is not None]),
        errors=sum(errors.values()),
        error_codes=dict(errors),
        lost=lost_and_double[0],
        duplicated=lost_and_double[1],
    )


async def _tick(started: float, seconds: float, progress: Callable[[float], None]) -> None:
    while True:
        await asyncio.sleep(0.5)
        progress(min(seconds, time.monotonic() - started))


def as_json(report: BenchReport) -> dict[str, Any]:
    """The report as one JSON object."""
    return asdict(report)
