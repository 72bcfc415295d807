"""Sarcasm told from honest joy: `python -m tests.bench.sarcasm [FILE]`.

FILE holds pairs of one wording and two meanings (`text,label`, label `sarcastic` or `happy`). Printed is the area under
the ROC curve of `frustration`, how many of each count as annoyed by tone alone (`HandoverPolicy.annoyed`), and in how
many pairs the sarcastic one sounds angrier. The default, `data/tests/sarcasm.csv`, is held out; of a file elsewhere the
rows on the wrong side are listed. Read by the trained model, as it serves.
"""

from __future__ import annotations

import asyncio
import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from actions.policy import HandoverPolicy
from bot.brain.reading import read_text
from tests.talking import ROOT, bot

HELD_OUT = ROOT / "data" / "tests" / "sarcasm.csv"


async def measure(path: Path = HELD_OUT) -> dict[str, Any]:
    """AUROC, shares counted as annoyed, pairs in the right order."""
    policy = HandoverPolicy()
    model = await bot()
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    readings = [await read_text(model.processor, row["text"], 0) for row in rows]
    sarcastic = np.array([row["label"] == "sarcastic" for row in rows])
    level = np.array([reading.frustration for reading in readings])
    annoyed = np.array(
        [policy.is_annoyed(reading.frustration, reading.intent, reading.text) for reading in readings], dtype=bool
    )
    if path.parent != HELD_OUT.parent:
        for row, reading, found in zip(rows, readings, annoyed, strict=True):
            if found != (row["label"] == "sarcastic"):
                print(f"{row['label']} {reading.frustration:.2f} {reading.intent} {row['text']}")
    return {
        "auroc": round(float(roc_auc_score(sarcastic, level)), 3),
        "sarcastic_heard": round(float(annoyed[sarcastic].mean()), 3),
        "happy_taken_for_it": round(float(annoyed[~sarcastic].mean()), 3),
        "pairs_in_order": round(float((level[sarcastic] > level[~sarcastic]).mean()), 3),
    }


if __name__ == "__main__":
    chosen = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HELD_OUT
    print(json.dumps(asyncio.run(measure(chosen))))
