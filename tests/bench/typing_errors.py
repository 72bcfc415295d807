"""What typing errors cost: `python -m tests.bench.typing_errors TRAIN.csv TEST.csv [ROWS]`.

The intents of TRAIN are learned; ROWS rows of TEST (all of them by default) are read as they are, with one random edit
in every third word, and with such edits mended as the pipeline mends them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.brain.nlu.encoders import bulk_encoder
from bot.brain.nlu.intent_training import Labelled, fit_intents
from bot.brain.nlu.kernel_regression import Embedded
from bot.brain.nlu.spelling import Spelling
from bot.evaluation.typing_errors import mistyped
from bot.training.labelled_rows import read_rows
from kb_index.embedding import encode_layers

_SEED = 0


def main(train: Path, test: Path, count: int | None = None) -> None:
    random, encoder = np.random.default_rng(_SEED), bulk_encoder(None)
    rows, asked = read_rows(train), read_rows(test)
    chosen = random.permutation(len(asked))[:count]
    texts, labels = [asked[i].text for i in chosen], np.array([asked[i].label for i in chosen])
    spelling = Spelling.of(row.text for row in rows)

    def seen(texts: Sequence[str]) -> Embedded:
        return Embedded(*encode_layers(encoder, texts))

    known = [spelling.mend(row.text) for row in rows]
    model = fit_intents(Labelled(known, seen(known), [row.label for row in rows]), None, encoder)

    def right(written: Sequence[str]) -> float:
        found = model.scores(written, seen(written)).argmax(axis=1)
        return float((np.array(model.labels)[found] == labels).mean())

    slips = [mistyped(text, random) for text in texts]
    print(
        f"{len(texts)} rows: {right([spelling.mend(text) for text in texts]):.1%} as they are, {right(slips):.1%} with "
        f"errors, {right([spelling.mend(text) for text in slips]):.1%} with errors mended"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else None)
