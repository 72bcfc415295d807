"""Refusing on small bots with careless rows: `python -m tests.bench.refusal_on_small_bots FILE`.

FILE is CLINC150's `data_full.json`. Some of its intents make a bot of a few hundred training rows, a part of them
under a wrong intent. Asked are the validation rows: those of the bot's intents, those of all other intents, and the
data's own out-of-scope rows; the latter two are foreign, far more than half of all, and none of them was ever seen.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.brain.nlu.encoders import bulk_encoder
from bot.brain.nlu.intent_training import Labelled, fit_intents
from bot.brain.nlu.kernel_regression import Embedded
from kb_index.embedding import encode_layers

BOTS = ((15, 20), (40, 12), (25, 40))
"""Intents, and rows an intent."""

WRONG = 0.08
"""Share of training rows under a wrong intent."""

_SEED = 0


def main(path: Path) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    random, encoder = np.random.default_rng(_SEED), bulk_encoder(None)
    names = np.unique([label for _, label in data["train"]])

    def seen(texts: Sequence[str]) -> Embedded:
        return Embedded(*encode_layers(encoder, texts))

    nonsense = seen([text for text, _ in data["oos_val"]])
    for intents, per_intent in BOTS:
        own = set(random.permutation(names)[:intents])
        rows = [row for row in data["train"] if row[1] in own]
        order = [rows[i] for i in random.permutation(len(rows))]
        taught = [row for name in sorted(own) for row in [one for one in order if one[1] == name][:per_intent]]
        labels = [random.choice(sorted(own)) if random.random() < WRONG else label for _, label in taught]
        texts = [text for text, _ in taught]
        model = fit_intents(Labelled(texts, seen(texts), labels), None, encoder)
        ours = [row for row in data["val"] if row[1] in own]
        other = [text for text, label in data["val"] if label not in own][::3]
        read = model.read([text for text, _ in ours], seen([text for text, _ in ours]))
        right = np.array([model.labels[i] for i in read.scores.argmax(axis=1)]) == np.array([one[1] for one in ours])
        accepted = read.belonging >= model.threshold
        far = model.read([text for text, _ in data["oos_val"]], nonsense).belonging < model.threshold
        near = model.read(other, seen(other)).belonging < model.threshold
        print(
            f"{intents} intents, {len(texts)} rows: {right.mean():.1%} right, {(right & accepted).mean():.1%} accepted "
            f"and right; refused {near.mean():.1%} of other intents' rows, {far.mean():.1%} of out-of-scope rows"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
