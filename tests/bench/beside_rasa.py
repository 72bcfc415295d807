"""Baton beside a stock Rasa server on the same machine, in turns: `python -m tests.bench.beside_rasa --rasa URL`.

Both must be running: `baton serve` here, and `rasa run` of a bot that `rasa init` made, in an environment of its own
(Rasa's server needs older packages than this project has). Customers write to Rasa over its REST channel, each as soon
as it was answered, with the toy bot's own phrases; Baton is driven by `baton bench`'s customers over their sockets and
with every message on disk. One after the other, several rounds, so that whatever else the machine does meets both;
printed are the medians and their ratio.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
import uuid
from statistics import median
from typing import Any

import httpx

from bot.app import bench_texts, operator_proof_of_this_installation
from bot.event_loop import run
from bot.load.bench import bench
from bot.load.figures import percentiles_ms

PHRASES = (
    "hello",
    "i am fine",
    "not so good",
    "are you a bot?",
    "bye",
    "perfect",
    "so sad",
    "yes",
    "no",
    "good morning",
)


async def stock(url: str, users: int, seconds: float, seed: int) -> dict[str, Any]:
    """Closed-loop customers against Rasa's REST channel: answered messages a second and times."""
    until = time.monotonic() + seconds
    times: list[float] = []

    async def customer(number: int, http: httpx.AsyncClient) -> None:
        sender, chosen = uuid.uuid4().hex, random.Random(seed + number)
        while time.monotonic() < until:
            started = time.monotonic()
            body = {"sender": sender, "message": chosen.choice(PHRASES)}
            (await http.post(f"{url}/webhooks/rest/webhook", json=body)).raise_for_status()
            times.append(time.monotonic() - started)

    async with httpx.AsyncClient(timeout=60) as http:
        started = time.monotonic()
        await asyncio.gather(*(customer(number, http) for number in range(users)))
        elapsed = time.monotonic() - started
    return {"messages_per_second": round(len(times) / elapsed, 1), "reply_ms": percentiles_ms(times)}


async def main(options: argparse.Namespace) -> None:
    texts, proof = bench_texts(), operator_proof_of_this_installation()
    rounds = []
    for number in range(options.rounds):
        # Texts that were embedded before cost less: each round asks in another order, and the first stands apart.
        theirs = await stock(options.rasa, options.users, options.seconds, number)
        ours = await bench(options.users, options.seconds, options.url, proof, texts, seed=1000 * number)
        rounds.append({"rasa": theirs, "baton": ours})
        print(json.dumps({"rasa": theirs, "baton": vars_of(ours)}, default=dict))
    baton = median(each["baton"].messages_per_second for each in rounds)
    rasa = median(each["rasa"]["messages_per_second"] for each in rounds)
    print(json.dumps({"baton": baton, "rasa": rasa, "ratio": round(baton / rasa, 2)}))


def vars_of(report: Any) -> dict[str, Any]:
    """The figures that Rasa has too, and what was lost."""
    return {name: getattr(report, name) for name in ("messages_per_second", "reply_ms", "errors", "lost", "duplicated")}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rasa", required=True)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--rounds", type=int, default=3)
    run(main(parser.parse_args()))
