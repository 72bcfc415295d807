"""Rasa reads, checks and copies every content file up to eight times in one training; here it is read and checked once.

Measured on the demo shop's content: reading YAML was more than a third of a repeated training.
"""

from __future__ import annotations

from copy import copy, deepcopy
from functools import cache
from typing import Any

from rasa.shared.nlu.training_data.message import Message
from rasa.shared.utils import io, validation

_read, _check = io.read_yaml, validation.validate_yaml_schema


def spare() -> None:
    """Make the replacements in this process; doing it twice does no harm. For a process that trains and ends: what was
    read is kept until then."""
    io.read_yaml = _read_once
    # What was found wrong is not kept: it is found, and told, again.
    validation.validate_yaml_schema = cache(_check)
    # Rasa copies all examples whenever it puts two files together.
    Message.__deepcopy__ = _copied


def _read_once(content: str, reader_type: str | list[str] = "safe") -> Any:
    if reader_type != "safe":
        # Round-trip readings know their lines and are asked for by checks, which are made once.
        return _read(content, reader_type)
    return deepcopy(_plain(content))


@cache
def _plain(content: str) -> Any:
    return _read(content)


def _copied(self: Message, memo: dict[int, Any]) -> Message:
    """An example to be changed apart; features, which nobody changes, are shared."""
    twin = copy(self)
    twin.data = _apart(self.data, memo)
    twin.features = list(self.features)
    twin.output_properties = set(self.output_properties)
    return twin


def _apart(value: Any, memo: dict[int, Any]) -> Any:
    if isinstance(value, str):
        return value
    if type(value) is dict:
        return {name: _apart(part, memo) for name, part in value.items()}
    if type(value) is list:
        return [_apart(part, memo) for part in value]
    return deepcopy(value, memo)
