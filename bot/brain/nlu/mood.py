"""The mood of a message: `frustration` and `urgency`, each from 0 to 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.brain.nlu import mood_model, mood_signals
from bot.brain.nlu.encoders import bulk_encoder
from bot.brain.nlu.kernel_regression import Embedded
from bot.brain.nlu.mood_model import Floats, Scale, fit_frustration, fit_scale, mood_features
from bot.brain.nlu.mood_signals import says_nothing
from bot.brain.nlu.sentence_vectors import SentenceVectors, embedded, sentence_vector
from bot.brain.nlu.source_fingerprint import source_fingerprint
from bot.brain.nlu.spelling_mender import wording_of
from kb_index.embedding import encode_layers

Marks = npt.NDArray[np.bool_]

FRUSTRATION = "frustration"
URGENCY = "urgency"
SAYS_NOTHING = "says_nothing"

EXAMPLES = Path(__file__).with_name("mood_examples.yml")
_SCALES = {FRUSTRATION: ("frustrated", "calm"), URGENCY: ("urgent", "unhurried")}
_FITS = {FRUSTRATION: fit_frustration, URGENCY: fit_scale}
_FILE = "mood.npz"


class UntrainedMood(RuntimeError):
    """The stored mood model is missing or damaged; the archive must not serve."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MoodReader(GraphComponent):
    """Learns from examples that ship with this component and from the bot's own intents of that mood."""

    @classmethod
    def required_components(cls) -> list[type]:
        """See Rasa's `GraphComponent.required_components`."""
        return [SentenceVectors]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Names of intents whose examples show a mood; unknown names are passed over. `model` as SentenceVectors'."""
        return {
            "model": None,
            "frustrated": ["complaint", "insult", "legal_threat", "not_helpful"],
            "calm": [
                *("greet", "goodbye", "thank", "praise", "problem_solved", "inform", "ask_capabilities"),
                *("ask_exchange", "ask_returns", "ask_warranty", "ask_shipping", "ask_refund", "ask_repair"),
                *("ask_payment", "ask_sizing", "ask_product", "ask_care", "ask_stock", "ask_contact"),
            ],
            "urgent": ["safety_issue", "self_harm"],
            "unhurried": ["greet", "goodbye", "thank", "praise", "problem_solved", "ask_capabilities"],
        }

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Code and examples outside this class."""
        return source_fingerprint(mood_model, mood_signals) + EXAMPLES.read_text(encoding="utf-8")

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        scales: Mapping[str, Scale] | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._scales = scales or {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MoodReader:
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
    ) -> MoodReader:
        """See Rasa's `GraphComponent.load`; raises `UntrainedMood`."""
        with model_storage.read_from(resource) as folder:
            scales = read_scales(folder / _FILE)
        return cls(config, model_storage, resource, scales)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns both scales."""
        examples = yaml.safe_load(EXAMPLES.read_text(encoding="utf-8"))
        arrays: dict[str, Floats] = {}
        for name, (present, absent) in _SCALES.items():
            features, marks = self._rows(training_data, {side: examples[side] for side in (present, absent)})
            scale = _FITS[name](features, marks)
            arrays |= {f"{name}_weights": scale.weights, f"{name}_bias": np.array([scale.bias], dtype=np.float32)}
        with self._model_storage.write_to(self._resource) as folder:
            np.savez(folder / _FILE, **arrays)
        return self._resource

    def _rows(self, training_data: TrainingData, examples: Mapping[str, Sequence[str]]) -> tuple[Floats, Marks]:
        encoder = bulk_encoder(self._config["model"])
        features, marks = [], []
        for side, texts in examples.items():
            own = _examples_of(training_data, set(self._config[side]))
            rows = [mood_features(texts, Embedded(*encode_layers(encoder, texts)))]
            vectors = embedded(own, encoder.model_id)
            if vectors is not None:
                rows.append(mood_features([example.get(TEXT) for example in own], vectors))
            features.extend(rows)
            marks.extend([side == next(iter(examples))] * (len(texts) + len(own)))
        return np.vstack(features), np.array(marks)

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `frustration` and `urgency` on every message, 0 on an empty one and on letters that say nothing; which
        these are stands in `says_nothing`."""
        for message in messages:
            senseless = says_nothing(wording_of(message))
            if senseless:
                message.set(SAYS_NOTHING, True, add_to_output=True)
            silent = senseless or sentence_vector(message) is None
            vectors = None if silent else embedded([message])
            features = None if vectors is None else mood_features([message.get(TEXT)], vectors)
            for name in _SCALES:
                scale = self._scales.get(name)
                level = 0.0 if scale is None or features is None else float(scale.levels(features)[0])
                message.set(name, level, add_to_output=True)
        return messages


def _examples_of(training_data: TrainingData, intents: set[str]) -> list[Message]:
    examples = training_data.intent_examples
    return [each for each in examples if each.get(INTENT) in intents and sentence_vector(each) is not None]


def read_scales(path: Path) -> dict[str, Scale]:
    """The stored scales; raises `UntrainedMood` where one is missing, damaged or not finite."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            scales = {name: Scale(arrays[f"{name}_weights"], float(arrays[f"{name}_bias"][0])) for name in _SCALES}
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise UntrainedMood(f"The stored mood model cannot be read: {error}") from error
    if not all(np.isfinite(scale.weights).all() and np.isfinite(scale.bias) for scale in scales.values()):
        raise UntrainedMood("The stored mood model holds numbers that are none.")
    return scales
