"""The pipeline's step that mends spelling."""

from __future__ import annotations

import json
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.brain.nlu import spelling as spelling_module
from bot.brain.nlu.source_fingerprint import source_fingerprint
from bot.brain.nlu.spelling import Spelling

MENDED = "mended_text"
"""Message key: the text as it was probably meant, for whoever reads its meaning."""

_FILE = "words.json"


def wording_of(message: Message) -> str:
    """What to understand: the mended text where there is one, else the text."""
    return str(message.get(MENDED) or message.get(TEXT) or "")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SpellingMender(GraphComponent):
    """Learns the words of the examples and their neighbours, and mends slips in messages towards them."""

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The code that does the work and lies outside this class."""
        return source_fingerprint(spelling_module)

    def __init__(self, model_storage: ModelStorage, resource: Resource, spelling: Spelling) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._spelling = spelling

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SpellingMender:
        """See Rasa's `GraphComponent.create`."""
        return cls(model_storage, resource, Spelling({}))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SpellingMender:
        """See Rasa's `GraphComponent.load`."""
        with model_storage.read_from(resource) as folder:
            learned = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return cls(model_storage, resource, Spelling(learned["words"], learned["pairs"]))

    def train(self, training_data: TrainingData) -> Resource:
        """Keeps the words of the examples and of the lookup tables."""
        spelling = spelling_of(training_data)
        learned = {"words": spelling.counts, "pairs": spelling.pairs}
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(learned), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Mends the examples too, so that they are read as messages are."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the mended text; the text itself stays."""
        for message in messages:
            if text := message.get(TEXT):
                message.set(MENDED, self._spelling.mend(text))
        return messages


def spelling_of(training_data: TrainingData) -> Spelling:
    """What is spelled right: the words of the examples and of the lookup tables."""
    texts = [example.get(TEXT) for example in training_data.training_examples if example.get(TEXT)]
    for table in training_data.lookup_tables:
        if isinstance(table["elements"], list):
            # A name stands in a table once, and is spelled right all the same.
            texts += table["elements"] * 2
    return Spelling.of(texts)
