"""Typed text is text: a customer cannot call an intent by writing '/intent{...}'."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

TRUSTED_PAYLOAD = "trusted_payload"
"""Metadata key by which our own code, never a customer, marks a text that is a button's payload."""

_LEADING_SLASHES = re.compile(r"^(\s*)(/[/\s]*)")


def without_leading_slashes(text: str) -> str:
    """The text with its leading slashes blanked, so that every later offset still holds."""
    return _LEADING_SLASHES.sub(lambda match: match[1] + " " * len(match[2]), text)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class LiteralText(GraphComponent):
    """Takes the slash away before Rasa's own handler, which runs last, could read it as a command.

    That handler also logs the customer's text when a slash message does not parse; it no longer sees one.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LiteralText:
        """See Rasa's `GraphComponent.create`."""
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training examples stay as written."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Blanks leading slashes of every message that is not a payload of our own."""
        for message in messages:
            text = message.get(TEXT)
            if text and not (message.get(METADATA) or {}).get(TRUSTED_PAYLOAD):
                message.set(TEXT, without_leading_slashes(text))
        return messages
