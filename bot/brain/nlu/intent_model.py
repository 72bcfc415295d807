"""The intent model as it serves: scores, calibrated probabilities, and the threshold for refusing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.brain.nlu.kernel_regression import Comparable, Embedded, Floats, Kernel, comparable
from bot.brain.nlu.rejection import belonging
from bot.brain.nlu.terms import TermSpace


@dataclass(frozen=True)
class Read:
    """What a model makes of messages: one row of scores each, and how much each is one of ours.

    That is `belonging`, less what is usual for the intent of the best score.
    """

    scores: Floats
    belonging: Floats


@dataclass(frozen=True)
class Meaning:
    """What the vector of one message says by itself: its part of each score of the kernel, what its nearness to each
    intent's middle adds, and its likeness to the nearest row."""

    scores: Floats
    nearness: Floats
    likeness: np.float32


@dataclass(frozen=True)
class IntentModel:
    """What was learned, and nothing that has to be executed to be loaded."""

    encoder: str
    """Id of the sentence encoder whose vectors it understands."""
    labels: list[str]
    kernel: Kernel
    word_terms: TermSpace
    piece_terms: TermSpace
    vectors: Embedded
    coefficients: Floats
    word_scores: Floats
    piece_scores: Floats
    sharpening: float
    threshold: float
    """The belonging below which a message is refused."""
    usual: Floats
    """What each intent's messages belong more, or less, than others do; see `usual_belonging`."""
    centres: Floats
    """For each intent what the product with a sentence vector adds to its score; no rows where nothing is added.

    See `centres`. It decides between intents only: belonging is the kernel's alone.
    """

    def scores(self, texts: Sequence[str], vectors: Embedded) -> Floats:
        """One score a label; about 1 for a plain case, about 0 for anything foreign."""
        return self.read(texts, vectors).scores

    def read(self, texts: Sequence[str], vectors: Embedded) -> Read:
        """Scores and belonging of each message; middle vectors are needed only where `kernel.middle` weighs them."""
        return self.read_meanings(texts, self.meanings(vectors))

    @cached_property
    def _compared(self) -> Comparable:
        return comparable(self.vectors)

    def meanings(self, vectors: Embedded) -> list[Meaning]:
        """What each message's vectors alone say."""
        likeness = self.kernel.likeness(vectors, self._compared)
        scores = likeness @ self.coefficients
        near = vectors.sentence @ self.centres.T if len(self.centres) else np.zeros_like(scores)
        most = likeness.max(axis=1)
        return [
            Meaning(row.copy(), each.copy(), np.float32(top)) for row, each, top in zip(scores, near, most, strict=True)
        ]

    def read_meanings(self, texts: Sequence[str], meanings: Sequence[Meaning]) -> Read:
        """As `read`, where it is known what the messages' vectors say."""
        total = np.stack([meaning.scores for meaning in meanings])
        total += self.word_terms.scores(texts, self.word_scores)
        total += self.piece_terms.scores(texts, self.piece_scores)
        scores = np.asarray(total, np.float32)
        usual = self.usual[scores.argmax(axis=1)]
        likeness = np.array([meaning.likeness for meaning in meanings], np.float32)
        nearness = np.stack([meaning.nearness for meaning in meanings])
        return Read(scores + nearness, belonging(scores, likeness) - usual)

    def probabilities(self, scores: Floats) -> Floats:
        """Calibrated: of the answers given with .8, eight in ten are right."""
        return softmax(scores * self.sharpening)


def softmax(scores: Floats) -> Floats:
    """Row by row, safe for large scores."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def state_of(model: IntentModel) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """The model as plain JSON values and arrays."""
    plain = {
        "encoder": model.encoder,
        "labels": model.labels,
        "kernel": asdict(model.kernel),
        "sharpening": model.sharpening,
        "least_belonging": model.threshold,
        "words": list(model.word_terms.vocabulary),
        "pieces": list(model.piece_terms.vocabulary),
    }
    arrays = {
        "vectors": model.vectors.sentence,
        "middles": model.vectors.middle,
        "coefficients": model.coefficients,
        "word_idf": model.word_terms.idf,
        "piece_idf": model.piece_terms.idf,
        "word_scores": model.word_scores,
        "piece_scores": model.piece_scores,
        "usual": model.usual,
        "centres": model.centres,
    }
    return plain, arrays


def model_of(plain: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> IntentModel:
    """The inverse of `state_of`."""
    return IntentModel(
        encoder=str(plain["encoder"]),
        labels=list(plain["labels"]),
        kernel=Kernel(**plain["kernel"]),
        word_terms=_term_space("words", plain["words"], arrays["word_idf"]),
        piece_terms=_term_space("pieces", plain["pieces"], arrays["piece_idf"]),
        vectors=Embedded(arrays["vectors"], arrays["middles"]),
        coefficients=arrays["coefficients"],
        word_scores=arrays["word_scores"],
        piece_scores=arrays["piece_scores"],
        sharpening=float(plain["sharpening"]),
        threshold=float(plain["least_belonging"]),
        usual=arrays["usual"],
        centres=arrays["centres"],
    )


def _term_space(analyzer: str, terms: list[str], idf: Floats) -> TermSpace:
    return TermSpace(analyzer, {term: column for column, term in enumerate(terms)}, idf)
