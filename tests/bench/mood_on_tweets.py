"""How well displeasure is told from everything else in tweets: `python -m tests.bench.mood_on_tweets FILE`.

FILE is the `tweets_GroundTruth.txt` of Hutto & Gilbert 2014: id, mean judgement from -4 to +4, text, by tabs. Only the
examples that ship with the component are learned, none of the tweets. Printed is the area under the ROC curve for
tweets judged -1 or lower, for the rows of even and of odd number.
"""

from __future__ import annotations

import html
import sys
from pathlib import Path

import numpy as np
import yaml
from sklearn.metrics import roc_auc_score

from bot.brain.nlu.encoders import bulk_encoder
from bot.brain.nlu.mood import EXAMPLES
from bot.brain.nlu.mood_model import fit_scale, mood_features

DISPLEASED = -1.0


def main(path: Path) -> None:
    encoder = bulk_encoder(None)
    examples = yaml.safe_load(EXAMPLES.read_text(encoding="utf-8"))
    taught = [*examples["frustrated"], *examples["calm"]]
    present = np.arange(len(taught)) < len(examples["frustrated"])
    scale = fit_scale(mood_features(taught, encoder.encode(taught)), present)
    rows = [line.split("\t", 2) for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    texts = [html.unescape(text) for _, _, text in rows]
    levels = scale.levels(mood_features(texts, encoder.encode(texts)))
    displeased = np.array([float(mean) for _, mean, _ in rows]) <= DISPLEASED
    odd = np.array([int(number) % 2 == 1 for number, _, _ in rows])
    for name, part in (("even", ~odd), ("odd", odd)):
        print(f"{name} rows: AUROC {roc_auc_score(displeased[part], levels[part]):.3f} of {part.sum()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
