"""The intent of a message, how sure that is, and whether it is one of ours at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.brain.nlu import centres, intent_model, intent_training, kernel_regression, label_doubt, rejection, terms
from bot.brain.nlu.encoders import bulk_encoder, serving_encoder
from bot.brain.nlu.intent_model import IntentModel, Meaning, model_of, state_of
from bot.brain.nlu.intent_training import Labelled, fit_intents
from bot.brain.nlu.kernel_regression import Embedded, Floats, Kernel
from bot.brain.nlu.sentence_vectors import ForeignVectors, SentenceVectors, middle_vector, sentence_vector
from bot.brain.nlu.source_fingerprint import source_fingerprint
from bot.brain.nlu.spelling_mender import wording_of
from kb_index.ahead import Ahead

REMEMBERED = 1_024
"""What so many of the latest texts say to the kernel: 3 KB each, most of it the key."""
OUT_OF_SCOPE = "out_of_scope"
"""Message key: true when the message is none of the things that were taught."""
OUT_OF_SCOPE_SCORE = "out_of_scope_score"
"""Message key: from 0 (plainly ours) to 1 (plainly foreign)."""

RANKED = 10


class UntrainedIntents(RuntimeError):
    """The stored intent model is missing or does not answer; the archive must not serve."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentReader(IntentClassifier, GraphComponent):
    """Kernel ridge regression on sentence vectors and wording, with calibrated confidence and rejection."""

    @classmethod
    def required_components(cls) -> list[type]:
        """See Rasa's `GraphComponent.required_components`."""
        return [SentenceVectors]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`model`: as SentenceVectors'; `foreign_label`: the intent of what is not for us.

        `sharpness`, `wording`, `ridge`, `middle`: see `Kernel`; all empty: `fitting_kernel`'s.
        """
        return {"model": None, "foreign_label": "out_of_scope", **dict.fromkeys(vars(Kernel()))}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The code that does the work and lies outside this class."""
        return source_fingerprint(
            centres, intent_model, intent_training, kernel_regression, label_doubt, rejection, terms
        )

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        self._meanings = (
            None if model is None else Ahead[Meaning](self._read_rows, self._expected, remembered=REMEMBERED)
        )

    def _read_rows(self, rows: Floats) -> list[Meaning]:
        """Of rows with the vectors of both layers side by side."""
        assert self._model is not None  # noqa: S101 - nobody asks without one
        width = self._model.vectors.sentence.shape[1]
        return self._model.meanings(Embedded(rows[:, :width], rows[:, width:]))

    def _expected(self) -> list[Floats]:
        encoder = serving_encoder(self._config["model"])
        both = self._model is not None and self._model.kernel.middle > 0
        return encoder.ahead_layers() if both else encoder.ahead()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentReader:
        """See Rasa's `GraphComponent.create`."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IntentReader:
        """Loads and tries the model; raises `UntrainedIntents` rather than serving one that is none."""
        with model_storage.read_from(resource) as folder:
            model = read_model(folder)
        check_model(model)
        return cls(config, model_storage, resource, model)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the labelled examples and keeps the model as JSON and plain arrays."""
        encoder = bulk_encoder(self._config["model"])
        rows = labelled_rows(training_data, encoder.model_id)
        model = fit_intents(rows, kernel_of(self._config), encoder)
        with self._model_storage.write_to(self._resource) as folder:
            write_model(model, folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `intent`, `intent_ranking` and `out_of_scope` on every message, also on an empty one."""
        for message in messages:
            vectors = None if self._model is None else vectors_for(self._model, message)
            if vectors is None or self._model is None or self._meanings is None:
                _set_unknown(message)
            else:
                meaning = self._meanings.of(np.hstack([vectors.sentence, vectors.middle])[0])
                _set_reading(message, self._model, meaning, self._config["foreign_label"])
        return messages


def kernel_of(config: dict[str, Any]) -> Kernel | None:
    """The kernel that a component's configuration asks for; None to fit it to the rows."""
    given = {name: config[name] for name in vars(Kernel()) if config.get(name) is not None}
    return Kernel(**given) if given else None


def labelled_rows(training_data: TrainingData, encoder_id: str) -> Labelled:
    """The examples that have an intent and a vector of this encoder; with middle vectors where each has one."""
    texts, vectors, middles, labels = [], [], [], []
    for example in training_data.intent_examples:
        vector = sentence_vector(example, encoder_id)
        if vector is not None:
            texts.append(wording_of(example))
            vectors.append(vector)
            middles.append(middle_vector(example, encoder_id))
            labels.append(example.get(INTENT))
    told = [middle for middle in middles if middle is not None]
    middle = np.stack(told) if len(told) == len(texts) else None
    return Labelled(texts, Embedded.of(np.stack(vectors), middle), labels)


def vectors_for(model: IntentModel, message: Message) -> Embedded | None:
    """What the model looks at, one row; None for a message without text. Raises `ForeignVectors`."""
    vector = sentence_vector(message, model.encoder)
    if vector is None or not model.kernel.middle:
        return None if vector is None else Embedded.of(vector[np.newaxis, :])
    middle = middle_vector(message, model.encoder)
    if middle is None:
        raise ForeignVectors(
            "The model was trained with vectors of the encoder's middle layer, which are missing here: train again."
        )
    return Embedded(vector[np.newaxis, :], middle[np.newaxis, :])


def _set_unknown(message: Message) -> None:
    message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
    message.set(INTENT_RANKING_KEY, [], add_to_output=True)
    message.set(OUT_OF_SCOPE, True, add_to_output=True)
    message.set(OUT_OF_SCOPE_SCORE, 1.0, add_to_output=True)


def _set_reading(message: Message, model: IntentModel, meaning: Meaning, foreign_label: str) -> None:
    read = model.read_meanings([wording_of(message)], [meaning])
    chances = model.probabilities(read.scores)[0]
    order = np.argsort(-chances, kind="stable")[:RANKED]
    ranking = [{"name": model.labels[i], "confidence": float(chances[i])} for i in order]
    belonging = float(read.belonging[0])
    message.set(INTENT, dict(ranking[0]), add_to_output=True)
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
    foreign = belonging < model.threshold or ranking[0]["name"] == foreign_label
    message.set(OUT_OF_SCOPE, foreign, add_to_output=True)
    message.set(OUT_OF_SCOPE_SCORE, float(np.clip(1 - belonging, 0, 1)), add_to_output=True)


def write_model(model: IntentModel, folder: Path) -> None:
    """Two files: what is text as JSON, what is numbers as npz; nothing that runs when it is read."""
    plain, arrays = state_of(model)
    (folder / "intents.json").write_text(json.dumps(plain), encoding="utf-8")
    np.savez(folder / "intents.npz", **arrays)


def read_model(folder: Path) -> IntentModel:
    """What `write_model` wrote; raises `UntrainedIntents` where it is missing or damaged."""
    try:
        plain = json.loads((folder / "intents.json").read_text(encoding="utf-8"))
        with np.load(folder / "intents.npz", allow_pickle=False) as arrays:
            return model_of(plain, dict(arrays))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UntrainedIntents(f"The stored intent model cannot be read: {error}") from error


def check_model(model: IntentModel) -> None:
    """A loaded model must give one finite score a label; raises `UntrainedIntents`."""
    if model.usual.shape != (len(model.labels),) or not np.isfinite(model.usual).all():
        raise UntrainedIntents("The stored intent model does not say what is usual for each of its intents.")
    sample = model.vectors[:: max(1, len(model.vectors) // 32)]
    scores = model.scores([""] * len(sample), sample)
    if scores.shape[1] != len(model.labels) or not np.isfinite(scores).all() or len(model.labels) < 2:
        raise UntrainedIntents("The stored intent model does not give usable scores.")
