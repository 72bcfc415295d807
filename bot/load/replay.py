"""Replays recorded customers' messages against a running service and counts what became of them."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot.errors import InvalidInput
from bot.load.customer import WITH_A_PERSON, LoadCustomer, Sent, connections, lost_and_duplicated
from bot.load.figures import percentiles_ms

OUTCOMES = ("answered", "clarified", "offered_human", "escalated", "failed")
REPLY_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """Counts a message; times in milliseconds from sending to the first reply."""

    conversations: int
    messages: int
    answered: int
    clarified: int
    offered_human: int
    escalated: int
    failed: int
    lost: int
    duplicated: int
    errors: Mapping[str, int]
    reply_ms: Mapping[str, float]


def read_replay(path: Path) -> dict[str, list[str]]:
    """Texts by conversation, in file order; raises `InvalidInput` naming the line."""
    conversations: dict[str, list[str]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            conversations.setdefault(str(row["conversation"]), []).append(str(row["text"]))
        except (ValueError, KeyError, TypeError):
            words = 'expected {"conversation": ..., "text": ...}'
            raise InvalidInput(f"{path}, line {number}: {words}") from None
    return conversations


async def replay(
    conversations: Mapping[str, list[str]],
    base_url: str,
    proof: str | None,
    *,
    at_once: int = 4,
    progress: Callable[[int], None] = lambda _: None,
) -> ReplayReport:
    """Play every conversation through its own session and socket, `at_once` of them at a time."""
    places = asyncio.Semaphore(at_once)
    counts: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    times: list[float] = []

    async def one(texts: list[str], http: aiohttp.ClientSession) -> None:
        async with places:
            customer = LoadCustomer(http, base_url, proof)
            await customer.open()
            try:
                for text in texts:
                    sent = await customer.say(text, REPLY_WITHIN)
                    counts[outcome_of(sent, customer.state)] += 1
                    if sent.error:
                        errors[sent.error] += 1
                    elif sent.replied_at is not None:
                        times.append(sent.replied_at - sent.at)
                    progress(1)
                lost, duplicated = lost_and_duplicated(customer.sent, await customer.stored())
                counts["lost"] += lost
                counts["duplicated"] += duplicated + customer.duplicate_seqs
            finally:
                await customer.close()

    async with connections() as http:
        await asyncio.gather(*(one(texts, http) for texts in conversations.values()))
    return ReplayReport(
        conversations=len(conversations),
        messages=sum(len(texts) for texts in conversations.values()),
        lost=counts["lost"],
        duplicated=counts["duplicated"],
        errors=dict(errors),
        reply_ms=percentiles_ms(times),
        **{name: counts[name] for name in OUTCOMES},
    )


def outcome_of(sent: Sent, state: str) -> str:
    """What a customer would call it: passed on, asked back, offered a person, answered, or nothing at all."""
    if state in WITH_A_PERSON:
        return "escalated"
    if sent.error or not sent.replies:
        return "failed"
    payloads = [reply["payload"] for event in sent.replies for reply in event.get("quick_replies") or []]
    if any(payload.startswith("/none_of_these") for payload in payloads):
        return "clarified"
    if any(payload.startswith("/request_human") for payload in payloads):
        return "offered_human"
    return "answered"


def as_json(report: ReplayReport) -> dict[str, Any]:
    """The report as one JSON object."""
    return asdict(report)
