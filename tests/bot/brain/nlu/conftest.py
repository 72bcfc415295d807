"""Labels as directions in space, rows as noisy copies of them, and an encoder that knows only names."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from bot.brain.nlu.intent_training import Labelled
from bot.brain.nlu.kernel_regression import Embedded

WIDTH = 32


class NamesEncoder:
    """Gives every text a fixed direction of its own, so that names carry nothing about the rows."""

    model_id = "names@1"
    dimension = WIDTH

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        rows = [np.random.default_rng(sum(text.encode())).normal(size=WIDTH) for text in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32).reshape(len(rows), WIDTH)


def make_rows(per_label: int = 8, labels: int = 6, seed: int = 3, noise: float = 0.35) -> Labelled:
    random = np.random.default_rng(seed)
    centres = random.normal(size=(labels, WIDTH))
    names = [f"intent_{number}" for number in range(labels) for _ in range(per_label)]
    vectors = np.repeat(centres, per_label, axis=0) + noise * random.normal(size=(labels * per_label, WIDTH))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = [f"about {name} number {i % 3}" for i, name in enumerate(names)]
    return Labelled(texts, Embedded.of(vectors.astype(np.float32)), names)


class LayersEncoder(NamesEncoder):
    """A `NamesEncoder` with a middle layer, which knows as little."""

    middle_dimension = WIDTH

    def encode_layers(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        return self.encode(texts), self.encode([f"middle {text}" for text in texts])


@pytest.fixture
def layers_encoder() -> LayersEncoder:
    return LayersEncoder()


@pytest.fixture
def example_rows() -> Callable[..., Labelled]:
    return make_rows


@pytest.fixture
def encoder() -> NamesEncoder:
    return NamesEncoder()
