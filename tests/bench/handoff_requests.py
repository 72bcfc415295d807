"""Single messages that ask for a person, or only mention one: `python -m tests.bench.handoff_requests [FILE]`.

Each is the first message of a conversation of its own. It counts as taken for a request when the bot hands over because
the customer asked for it; an offer is counted apart. The default, `data/tests/handoff_requests.csv`, is held out and
shows figures only; for `data/development/handoff_requests.csv` the messages that went wrong are listed too.
"""

from __future__ import annotations

import asyncio
import csv
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.talking import ROOT, talk

HELD_OUT = ROOT / "data" / "tests" / "handoff_requests.csv"


async def outcome(text: str) -> str:
    """`asked`, `offered`, another reason for handing over, or `served`."""
    customer = await talk()
    signals = (await customer.says(text)).signals
    if signals.handoff is None:
        return "offered" if signals.outcome == "offered_human" else "served"
    return "asked" if signals.handoff.reason.value == "customer_request" else signals.handoff.reason.value


async def measure(path: Path = HELD_OUT) -> dict[str, Any]:
    """Precision and recall of `asked`, and what became of the others."""
    counts: dict[str, Counter[str]] = {"human": Counter(), "other": Counter()}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        got = await outcome(row["text"])
        counts[row["label"]][got] += 1
        if path.parent != HELD_OUT.parent and (got == "asked") != (row["label"] == "human"):
            print(row["label"], got, row["text"])
    asked, mentioned = counts["human"]["asked"], counts["other"]["asked"]
    return {
        "recall": round(asked / counts["human"].total(), 3),
        "precision": round(asked / (asked + mentioned), 3),
        "human": dict(counts["human"]),
        "other": dict(counts["other"]),
    }


if __name__ == "__main__":
    chosen = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HELD_OUT
    print(json.dumps(asyncio.run(measure(chosen))))
