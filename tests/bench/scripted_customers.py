"""Scripted customers against the bot: `python -m tests.bench.scripted_customers [FILE]`.

Prints how many that should reach a person do, in time and for the right reason, and how many that should not. The
default, `data/tests/conversations.yml`, is held out and shows figures only; for `data/development/conversations.yml`
the conversations that went wrong are listed too.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.talking import ROOT, talk

HELD_OUT = ROOT / "data" / "tests" / "conversations.yml"


async def play(script: dict[str, Any]) -> tuple[int, str] | None:
    """The turn (from 1) and reason of the handover; None if there is none."""
    customer = await talk(name=str(script["id"]))
    for number, text in enumerate(script["turns"], 1):
        handoff = (await customer.says(text)).signals.handoff
        if handoff is not None:
            return number, handoff.reason.value
    return None


async def measure(path: Path = HELD_OUT) -> dict[str, Any]:
    """Counts over all scripts; escalation as precision, recall and F1."""
    right = wrong = missed = in_time = reasons = 0
    for script in yaml.safe_load(path.read_text(encoding="utf-8")):
        ended = await play(script)
        if ended is not None and script["escalate"]:
            right += 1
            in_time += ended[0] <= script["by_turn"]
            reasons += ended[1] in {script["reason"], *script.get("also", ())}
        wrong += ended is not None and not script["escalate"]
        missed += ended is None and script["escalate"]
        if path.parent != HELD_OUT.parent and (ended is not None) != script["escalate"]:
            print(script["id"], script["turns"], ended)
    f1 = 2 * right / (2 * right + wrong + missed)
    return {
        "escalated_rightly": right,
        "escalated_wrongly": wrong,
        "missed": missed,
        "in_time": in_time,
        "right_reason": reasons,
        "f1": round(f1, 3),
    }


if __name__ == "__main__":
    chosen = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HELD_OUT
    print(json.dumps(asyncio.run(measure(chosen))))
