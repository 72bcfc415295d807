from pathlib import Path

from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.brain.nlu.spelling_mender import SpellingMender, wording_of

EXAMPLES = ["what day is it today", "on the last day", "how do i pay this bill", "i want to pay now"]


def test_what_was_learned_is_stored_with_neighbours_and_products(tmp_path: Path) -> None:
    storage, resource = LocalModelStorage.create(tmp_path), Resource("mender")
    examples = TrainingData(
        [Message({TEXT: text}) for text in EXAMPLES],
        lookup_tables=[{"name": "product", "elements": ["Ridgeline"]}],
    )
    SpellingMender.create({}, storage, resource, None).train(examples)
    mender = SpellingMender.load({}, storage, resource, None)
    messages = [Message({TEXT: text}) for text in ("what dzy is it", "how do i pzy this bill", "The rigdeline")]
    assert [wording_of(message) for message in mender.process(messages)] == [
        "what day is it",
        "how do i pay this bill",
        "The ridgeline",
    ]
    assert messages[0].get(TEXT) == "what dzy is it"
