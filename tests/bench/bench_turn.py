"""How long a turn takes in the worker: `python -m tests.bench.bench_turn [ROUNDS]`.

Plays a dialogue of 16 messages (questions, an order with identity, a change, two wishes at once) through `compute_turn`
and prints wall and processor milliseconds. Processor time tells on a busy machine what wall time cannot.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time

from tests.talking import talk

TEXTS = (
    "hello",
    "How long do I have to return something?",
    "where is my order",
    "1042",
    "anna.keller@example.com",
    "can I still cancel it",
    "how much does express delivery cost and when do you open in leeds",
    "and for ireland?",
    "my boots need waxing, what should i use",
    "do you rent canoes",
    "what's the tracking number",
    "when will it arrive",
    "are you a robot",
    "repeat that please",
    "thanks",
    "bye",
)


async def measure(rounds: int) -> dict[str, object]:
    """Figures over `rounds` dialogues after one to warm up."""
    wall: list[float] = []
    cpu: list[float] = []
    for number in range(rounds + 1):
        customer = await talk(name=f"bench-{number}")
        for text in TEXTS:
            began, burnt = time.perf_counter(), time.process_time()
            await customer.says(text)
            if number:
                wall.append((time.perf_counter() - began) * 1000)
                cpu.append((time.process_time() - burnt) * 1000)
    return {"turns": len(wall), "wall_ms": spread(wall), "cpu_ms": spread(cpu)}


def spread(values: list[float]) -> dict[str, float]:
    """p50, p95 and the slowest."""
    cuts = statistics.quantiles(values, n=100)
    return {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "max": round(max(values), 1)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10))))
