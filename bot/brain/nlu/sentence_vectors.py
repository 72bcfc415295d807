"""Sentence embeddings as a feature of every message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.brain.nlu.encoders import bulk_encoder, serving_encoder
from bot.brain.nlu.kernel_regression import Embedded
from bot.brain.nlu.spelling_mender import wording_of
from kb_index.embedding import SentenceEncoder, Vectors, encode_layers, encoder_id

_MIDDLE = "+middle"
"""What the origin of a middle vector has after the encoder's id."""


class ForeignVectors(RuntimeError):
    """A component was trained on vectors of another encoder than the one that serves."""


def sentence_vector(message: Message, encoder_id: str | None = None) -> Vectors | None:
    """The message's sentence vector; None where there was no text to encode.

    Raises `ForeignVectors` where an encoder is named and the vector is not its: numbers of two models look alike
    and mean different things.
    """
    feature = _sentence_feature(message)
    if feature is None:
        return None
    if encoder_id is not None and feature.origin != encoder_id:
        raise ForeignVectors(
            f"The vectors come from {feature.origin}, but {encoder_id} was expected. Every component of "
            "config.yml must name the same `model`; after changing it, train again."
        )
    return np.asarray(feature.features[0], dtype=np.float32)


def _sentence_feature(message: Message) -> Features | None:
    for feature in message.features:
        if feature.attribute != TEXT or feature.origin.endswith(_MIDDLE):
            continue
        if feature.type == FEATURE_TYPE_SENTENCE and feature.is_dense():
            return feature
    return None


def middle_vector(message: Message, encoder_id: str) -> Vectors | None:
    """The vector of the middle layer of this encoder (`LayeredEncoder`); None where the message has none."""
    for feature in message.features:
        if feature.attribute == TEXT and feature.origin == encoder_id + _MIDDLE:
            return np.asarray(feature.features[0], dtype=np.float32)
    return None


def embedded(messages: Sequence[Message], encoder_id: str | None = None) -> Embedded | None:
    """Both vectors of messages that all have a sentence vector, a row each; no middle ones where the encoder makes
    none. None for no messages. Raises `ForeignVectors` as `sentence_vector` does."""
    rows, middles = [], []
    for message in messages:
        vector, feature = sentence_vector(message, encoder_id), _sentence_feature(message)
        if vector is None or feature is None:
            raise ValueError("A message without a vector is among them.")
        rows.append(vector)
        middles.append(middle_vector(message, feature.origin))
    told = [middle for middle in middles if middle is not None]
    if not rows:
        return None
    return Embedded.of(np.stack(rows), np.stack(told) if len(told) == len(rows) else None)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceVectors(GraphComponent):
    """Puts the vectors of `kb_index`'s encoder on each message; known training texts come from a cache."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`model`: sentence-transformers directory or name; empty: the packaged one."""
        return {"model": None}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The weights, which Rasa's own fingerprint does not see."""
        return encoder_id(config.get("model"))

    def __init__(self, model: str | None) -> None:
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceVectors:
        """See Rasa's `GraphComponent.create`."""
        return cls(config["model"])

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encodes the examples; equal texts, and those of earlier trainings, once."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        self._attach(bulk_encoder(self._model), examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Encodes messages as they come; an empty one gets no vector."""
        written = [message for message in messages if (message.get(TEXT) or "").strip()]
        self._attach(serving_encoder(self._model), written)
        return messages

    @staticmethod
    def _attach(encoder: SentenceEncoder, messages: list[Message]) -> None:
        layers = encode_layers(encoder, [wording_of(message) for message in messages])
        for rows, origin in zip(layers, (encoder.model_id, encoder.model_id + _MIDDLE), strict=True):
            for message, row in zip(messages, rows, strict=True):
                if len(row):
                    message.add_features(Features(row[np.newaxis, :], FEATURE_TYPE_SENTENCE, TEXT, origin))
