"""What a message does in a conversation, whatever the shop sells: taught once, shipped ready.

Sentence vectors are made for topics: 'can I speak to someone about the tent' and 'I spoke to someone about the tent'
lie close to each other. So the encoder's own layers were taught these differences (`bot.training.encoder_training`);
this is the reader of the vectors that they give.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

ACTS = Path(__file__).with_name("acts.npz")
ENCODER, LABELS, WEIGHTS, BIAS = "encoder", "labels", "weights", "bias"


class UnreadableActs(RuntimeError):
    """The file with what was taught is missing or damaged."""


@dataclass(frozen=True)
class ActModel:
    """A linear reader of the vectors of `encoder` (an id)."""

    encoder: str
    labels: tuple[str, ...]
    weights: Floats
    bias: Floats

    def chances(self, vectors: Floats) -> Floats:
        """Of each act, one row a vector, summing to 1; the acts are `labels`."""
        scores = vectors @ self.weights.T + self.bias
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


def read_act_model(path: Path = ACTS) -> ActModel:
    """The reader that ships. Raises `UnreadableActs`."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            model = ActModel(
                str(arrays[ENCODER]),
                tuple(str(label) for label in arrays[LABELS]),
                arrays[WEIGHTS].astype(np.float32),
                arrays[BIAS].astype(np.float32),
            )
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise UnreadableActs(f"What was taught about acts cannot be read: {error}") from error
    if len(model.weights) != len(model.labels) or model.bias.shape != (len(model.labels),):
        raise UnreadableActs("What was taught about acts does not fit together.")
    return model
