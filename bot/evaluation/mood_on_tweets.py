"""How well displeasure is told from everything else in tweets that people have judged."""

from __future__ import annotations

import html
from pathlib import Path

import numpy as np
import yaml
from sklearn.metrics import roc_auc_score

from bot.brain.nlu.kernel_regression import Embedded
from bot.brain.nlu.mood import EXAMPLES
from bot.brain.nlu.mood_model import fit_frustration, mood_features
from kb_index.embedding import SentenceEncoder, encode_layers

DISPLEASED = -1.0
"""Mean judgement from which on downwards a tweet counts as displeased."""


def mood_on_tweets(file: Path, encoder: SentenceEncoder) -> dict[str, float]:
    """The area under the ROC curve, over all rows and over those of even and of odd number.

    `file` is the `tweets_GroundTruth.txt` of Hutto & Gilbert 2014: id, mean judgement from -4 to +4, text, by tabs.
    Only the examples that ship with the component are learned, none of the tweets.
    """
    examples = yaml.safe_load(EXAMPLES.read_text(encoding="utf-8"))
    taught = [*examples["frustrated"], *examples["calm"]]
    present = np.arange(len(taught)) < len(examples["frustrated"])
    scale = fit_frustration(mood_features(taught, Embedded(*encode_layers(encoder, taught))), present)
    rows = [line.split("\t", 2) for line in file.read_text(encoding="utf-8", errors="replace").splitlines()]
    texts = [html.unescape(text) for _, _, text in rows]
    levels = scale.levels(mood_features(texts, Embedded(*encode_layers(encoder, texts))))
    displeased = np.array([float(mean) for _, mean, _ in rows]) <= DISPLEASED
    odd = np.array([int(number) % 2 == 1 for number, _, _ in rows])
    parts = {"auroc": np.ones(len(rows), dtype=bool), "auroc_even": ~odd, "auroc_odd": odd}
    figures = {name: round(float(roc_auc_score(displeased[part], levels[part])), 4) for name, part in parts.items()}
    return {**figures, "n": len(rows)}
