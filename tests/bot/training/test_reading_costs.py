from __future__ import annotations

import tarfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from rasa.engine.storage import local_model_storage
from rasa.engine.training import graph_trainer
from rasa.shared.importers import utils as importers
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils import io, validation
from rasa.shared.utils.validation import YamlValidationException

from bot.training import reading_costs

RASAS = TrainingData.sanitize_examples
NLU_SCHEMA = "shared/nlu/training_data/schemas/nlu.yml"
GOOD = 'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - hello there\n'
WRONG = 'version: "3.1"\nnlu:\n- intent: [greet]\n  examples: |\n    - hello there\n'


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What was really parsed since the replacements were made; they are taken back afterwards."""
    seen: list[str] = []

    def read(content: str, reader_type: str | list[str] = "safe") -> object:
        seen.append(content)
        return read_before(content, reader_type)

    read_before = reading_costs._read
    monkeypatch.setattr(io, "read_yaml", io.read_yaml)
    monkeypatch.setattr(validation, "validate_yaml_schema", validation.validate_yaml_schema)
    monkeypatch.setattr(Message, "__deepcopy__", None, raising=False)
    monkeypatch.setattr(Message, "fingerprint", Message.fingerprint)
    monkeypatch.setattr(TrainingData, "sanitize_examples", staticmethod(RASAS))
    monkeypatch.setattr(importers, "training_data_from_paths", importers.training_data_from_paths)
    monkeypatch.setattr(local_model_storage, "TarSafe", local_model_storage.TarSafe)
    monkeypatch.setattr(graph_trainer, "TrainingHook", graph_trainer.TrainingHook)
    monkeypatch.setattr(reading_costs, "_read", read)
    reading_costs._plain.cache_clear()
    reading_costs.spare()
    yield seen
    reading_costs._plain.cache_clear()


def test_a_text_is_parsed_once_and_every_reader_gets_a_copy_of_its_own(parsed: list[str]) -> None:
    first, second = io.read_yaml(GOOD), io.read_yaml(GOOD)
    assert parsed == [GOOD]
    first["nlu"].clear()
    assert second["nlu"][0]["intent"] == "greet"
    assert io.read_yaml(GOOD) == second


def test_a_text_is_checked_once_and_a_wrong_one_is_told_every_time(parsed: list[str]) -> None:
    validation.validate_yaml_schema(GOOD, NLU_SCHEMA)
    checks = parsed.count(GOOD)
    validation.validate_yaml_schema(GOOD, NLU_SCHEMA)
    assert parsed.count(GOOD) == checks == 1
    for _ in range(2):
        with pytest.raises(YamlValidationException):
            validation.validate_yaml_schema(WRONG, NLU_SCHEMA)


def test_an_example_is_copied_so_that_changing_one_leaves_the_other(parsed: list[str]) -> None:
    example = Message({"text": "hello 1042", "entities": [{"value": "1042"}], "vector": np.zeros(2)})
    twin = deepcopy(example)
    assert twin == example
    twin.get("entities")[0]["value"] = "7"
    twin.get("vector")[0] = 1
    twin.set("intent", "greet", add_to_output=True)
    assert example.get("entities") == [{"value": "1042"}]
    assert example.get("vector")[0] == 0
    assert example.get("intent") is None
    assert "intent" not in example.output_properties


def test_an_example_s_fingerprint_follows_what_it_says(parsed: list[str]) -> None:
    def example(**more: object) -> Message:
        return Message({"text": "hello 1042", "intent": "greet", **more})

    assert example().fingerprint() == example().fingerprint()
    assert example() == Message({"intent": "greet", "text": "hello 1042"})
    others = [example(text="hello"), example(entities=[{"value": "1042"}]), example(of={1, 2}), example(size=2**70)]
    assert len({example().fingerprint(), *(other.fingerprint() for other in others)}) == 5
    changed = example()
    before = changed.fingerprint()
    changed.set("intent", "goodbye")
    assert changed.fingerprint() != before
    plain = changed.fingerprint()
    changed.add_features(Features(np.ones((1, 2)), "sentence", "text", "ours"))
    assert changed.fingerprint() != plain


def test_blanks_and_doubles_are_taken_out_as_rasa_does(parsed: list[str]) -> None:
    def examples() -> list[Message]:
        said = [("hello", "greet"), ("hello", "greet "), ("bye", "leave"), ("hello", "leave"), ("bye", "leave")]
        return [Message({"text": text, "intent": intent}) for text, intent in said]

    wanted = [(one.get("text"), one.get("intent")) for one in RASAS(examples())]
    assert [(one.get("text"), one.get("intent")) for one in TrainingData.sanitize_examples(examples())] == wanted
    assert len(wanted) == 3


def test_examples_are_made_once_of_a_file_and_given_out_apart(parsed: list[str], tmp_path: Path) -> None:
    file = tmp_path / "greet.yml"
    file.write_text(GOOD)
    first, second = (importers.training_data_from_paths([str(file)], "en") for _ in range(2))
    assert [one.get("text") for one in second.training_examples] == ["hello there"]
    first.training_examples[0].set("intent", "another")
    assert second.training_examples[0].get("intent") == "greet"
    file.write_text(GOOD.replace("hello there", "good morning to you"))
    third = importers.training_data_from_paths([str(file)], "en")
    assert [one.get("text") for one in third.training_examples] == ["good morning to you"]


def test_archives_are_what_they_were(parsed: list[str], tmp_path: Path) -> None:
    (tmp_path / "in").write_text("content " * 1000)
    with local_model_storage.TarSafe.open(tmp_path / "out.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "in", "in")
    with tarfile.open(tmp_path / "out.tar.gz", "r:gz") as tar:
        assert tar.extractfile("in").read() == (tmp_path / "in").read_bytes()
