"""The pipeline's step that hears what a message does in a conversation, and lets that weigh in its reading."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.brain.nlu import act_model
from bot.brain.nlu.act_model import ActModel, UnreadableActs, read_act_model
from bot.brain.nlu.encoders import serving_encoder
from bot.brain.nlu.intents import OUT_OF_SCOPE, RANKED
from bot.brain.nlu.source_fingerprint import source_fingerprint
from bot.brain.nlu.spelling_mender import wording_of
from kb_index.embedding import encoder_id

HEARD = ("request_human", "callback_request", "bot_challenge")
"""The acts that weigh in. The others are learned along, for each is told best beside all others; of them the bot's own
examples still know more."""
OURS_FROM = 0.6
"""From this chance on a likeliest act says that the message is for us, however foreign its matter sounds."""
FEWEST = 2
"""A bot with fewer of these intents has a single name in common with them, not the meaning."""
_FILE = "acts.json"


class UntrainedActs(RuntimeError):
    """The stored names of the bot's acts are missing or damaged; the archive must not serve."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ActReader(GraphComponent):
    """Mixes what the bot learned from its own examples with what the product was taught about acts.

    Only for the intents of these names that the bot has; a bot that has hardly any of them is read as if this step
    were not there. The two are averaged (a linear opinion pool: Stone, 1961), so that where they differ the reading is
    unsure, and the conversation asks.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Rasa cannot be told that `IntentReader` must stand before: it does not run in trainings."""
        return []

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`acts`: names of intents; `weight`: what is heard here against the bot's own reading, from 0 to 1."""
        return {"acts": list(HEARD), "weight": 0.5}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """What lies outside this class."""
        return source_fingerprint(act_model) + hashlib.sha256(act_model.ACTS.read_bytes()).hexdigest()

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, acts: Sequence[str] = ()
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._acts = tuple(acts)
        if acts:
            serving_encoder(None)  # loaded before the first customer waits for it

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ActReader:
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
    ) -> ActReader:
        """See Rasa's `GraphComponent.load`; raises `UntrainedActs`."""
        try:
            with model_storage.read_from(resource) as folder:
                acts = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UntrainedActs(f"The stored names of acts cannot be read: {error}") from error
        return cls(config, model_storage, resource, acts)

    def train(self, training_data: TrainingData) -> Resource:
        """Keeps which of the acts the bot has intents for; nothing is learned."""
        known = {example.get(INTENT) for example in training_data.intent_examples}
        acts = [act for act in self._config["acts"] if act in known and act in _taught().labels]
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(acts if len(acts) >= FEWEST else []), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets intent, ranking and whether it is ours anew on every message that was read; an empty one was not."""
        read = [message for message in messages if self._acts and message.get(INTENT_RANKING_KEY)]
        if not read:
            return messages
        # The vectors that the bot itself was read by, unless its configuration names another model.
        vectors = serving_encoder(None).encode([wording_of(message) for message in read])
        taught = _taught()
        for message, row in zip(read, taught.chances(vectors), strict=True):
            heard = {act: float(chance) for act, chance in zip(taught.labels, row, strict=True) if act in self._acts}
            own = {each["name"]: float(each["confidence"]) for each in message.get(INTENT_RANKING_KEY)}
            chances = pooled(own, heard, self._config["weight"])
            likeliest = sorted(chances, key=lambda name: -chances[name])[:RANKED]
            ranking = [{"name": name, "confidence": chances[name]} for name in likeliest]
            message.set(INTENT, dict(ranking[0]), add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            if heard.get(likeliest[0], 0.0) >= OURS_FROM:
                message.set(OUT_OF_SCOPE, False, add_to_output=True)
        return messages


def pooled(own: Mapping[str, float], heard: Mapping[str, float], weight: float) -> dict[str, float]:
    """The bot's own chances and those of the acts as one distribution.

    What is none of the acts falls to the bot's other meanings, in the proportions that it gives them itself; if it
    gives none anything, the acts share it as they are.
    """
    others = sum(chance for name, chance in own.items() if name not in heard)
    none_of_them = max(0.0, 1.0 - sum(heard.values()))
    fit = none_of_them / others if others > 0 else 0.0
    chances = {name: (1 - weight) * chance for name, chance in own.items()}
    for name, chance in own.items():
        if name not in heard:
            chances[name] += weight * fit * chance
    for name, chance in heard.items():
        chances[name] = chances.get(name, 0.0) + weight * chance
    total = sum(chances.values())
    return {name: chance / total for name, chance in chances.items()} if total > 0 else chances


@lru_cache(maxsize=1)
def _taught() -> ActModel:
    taught, here = read_act_model(), encoder_id(None)
    if taught.encoder != here:
        raise UnreadableActs(f"What was taught about acts reads vectors of {taught.encoder}, not those of {here}.")
    return taught
