from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import numpy as np
import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.utils import io, validation
from rasa.shared.utils.validation import YamlValidationException

from bot.training import reading_costs

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
