"""Scripted customers against the bot: `python -m tests.bench.scripted_customers [FILE]`.

Prints how many that should reach a person do, in time and for the right reason, and how many that should not. The
default, `data/tests/conversations.yml`, is held out and shows figures only; for a file elsewhere, as
`data/development/conversations.yml`, the conversations that went wrong are listed too.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from bot.evaluation.handovers import scripted_customers, scripts_of
from tests.talking import ROOT, bot

HELD_OUT = ROOT / "data" / "tests" / "conversations.yml"


async def main(file: Path) -> None:
    found = await scripted_customers(await bot(), scripts_of(file), print if file.parent != HELD_OUT.parent else None)
    print(json.dumps(found.figures()))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HELD_OUT))
