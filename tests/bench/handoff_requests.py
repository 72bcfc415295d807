"""Single messages that ask for a person, or only mention one: `python -m tests.bench.handoff_requests [FILE]`.

The default, `data/tests/handoff_requests.csv`, is held out and shows figures only; for a file elsewhere, as
`data/development/handoff_requests.csv`, the messages that went wrong are listed too.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from bot.evaluation.handovers import requests_for_a_person, rows_of
from tests.talking import ROOT, bot

HELD_OUT = ROOT / "data" / "tests" / "handoff_requests.csv"


async def main(file: Path) -> None:
    found = await requests_for_a_person(await bot(), rows_of(file), print if file.parent != HELD_OUT.parent else None)
    print(json.dumps({**found.figures(), "human": found.human, "other": found.other}))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HELD_OUT))
