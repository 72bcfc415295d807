"""What typing errors cost: messages read as they are, and with one random edit in every third word."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.training.labelled_rows import Row
from bot.training.nlu_graph import read_config, train_nlu

EVERY = 3
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SEED = 0


def mistyped(text: str, random: np.random.Generator) -> str:
    """One letter left out, doubled up with a wrong one, replaced, or swapped with its neighbour in every third word."""
    words = text.split()
    for place in range(int(random.integers(EVERY)), len(words), EVERY):
        words[place] = _slip(words[place], random)
    return " ".join(words)


def _slip(word: str, random: np.random.Generator) -> str:
    at, letter = int(random.integers(len(word))), str(random.choice(list(_LETTERS)))
    after = word[at + 1 :]
    return str(
        random.choice(
            [
                word[:at] + after if len(word) > 1 else word + letter,
                word[:at] + letter + word[at:],
                word[:at] + letter + after,
                word[:at] + after[:1] + word[at] + after[1:],
            ]
        )
    )


def typing_errors(config: Path, train: Sequence[Row], test: Sequence[Row]) -> dict[str, float]:
    """Trains what `config` describes on `train` and reads each row of `test` twice: accuracy, and points lost."""
    random = np.random.default_rng(_SEED)
    with tempfile.TemporaryDirectory() as folder:
        nlu = train_nlu(read_config(config), train, Path(folder) / "nlu.tar.gz")

    def right(texts: Sequence[str]) -> float:
        found = [nlu.read(text)["intent"]["name"] for text in texts]
        return sum(bool(got == row.label) for got, row in zip(found, test, strict=True)) / max(len(test), 1)

    clean, noisy = right([row.text for row in test]), right([mistyped(row.text, random) for row in test])
    return {
        "accuracy": round(clean, 4),
        "accuracy_mistyped": round(noisy, 4),
        "lost": round(clean - noisy, 4),
        "n": len(test),
    }
