"""Sarcasm told from honest joy: `python -m tests.bench.sarcasm [FILE]`, see `bot.evaluation.handovers.sarcasm`.

FILE holds pairs of one wording and two meanings (`text,label`, label `sarcastic` or `happy`). The default,
`data/tests/sarcasm.csv`, is held out; of a file elsewhere the rows on the wrong side are listed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from bot.evaluation.handovers import rows_of, sarcasm
from tests.talking import ROOT, bot

HELD_OUT = ROOT / "data" / "tests" / "sarcasm.csv"


async def main(file: Path) -> None:
    found = await sarcasm(await bot(), rows_of(file), print if file.parent != HELD_OUT.parent else None)
    print(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HELD_OUT))
