"""spaCy's recogniser runs where there can be a name, and finds there what it always found."""

import pytest
from rasa.nlu.constants import SPACY_DOCS, TOKENS_NAMES
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.brain.nlu.spacy_reader import SpacyReader, may_hold_a_name


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("how long do i have to return something", False),
        ("How long do I have to return it? What if I've lost the box", False),
        ("hello. Where is it", False),
        ("Hi, Anna Kent here", True),
        ("please ask for Mr Kent", True),
        ("it was sent to Leeds", True),
        ("Anna here", True),
        ("My ATM card and the PIN do not work in the US", False),
        ("Hi. Do you take Visa", False),
        ("it is for Anna at the ATM", True),
        ("", False),
    ],
)
def test_names_are_looked_for_where_something_is_written_like_one(text: str, may: bool) -> None:
    assert may_hold_a_name(text) is may


def test_every_message_has_tokens_and_only_some_have_names() -> None:
    reader = SpacyReader(SpacyReader.get_default_config())
    plain, named = reader.process([Message({TEXT: "How long does it take"}), Message({TEXT: "I am Anna Kent"})])
    assert [token.text for token in plain.get(TOKENS_NAMES[TEXT])] == ["How", "long", "does", "it", "take"]
    assert not plain.get(SPACY_DOCS[TEXT]).ents
    assert [entity.text for entity in named.get(SPACY_DOCS[TEXT]).ents] == ["Anna Kent"]


def test_training_rows_are_left_alone() -> None:
    row = Message({TEXT: "I am Anna Kent"})
    SpacyReader(SpacyReader.get_default_config()).process_training_data(TrainingData([row]))
    assert row.get(TOKENS_NAMES[TEXT]) is None
