"""Rasa reads and checks every content file up to eight times in one training; here it is read and checked once.

Measured on the demo shop's content: reading YAML was more than a third of a repeated training.
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from rasa.shared.utils import io, validation

_read, _check = io.read_yaml, validation.validate_yaml_schema


def spare() -> None:
    """Make the replacements in this process; doing it twice does no harm. For a process that trains and ends: what was
    read is kept until then."""
    io.read_yaml = _read_once
    # What was found wrong is not kept: it is found, and told, again.
    validation.validate_yaml_schema = cache(_check)


def _read_once(content: str, reader_type: str | list[str] = "safe") -> Any:
    if reader_type != "safe":
        # Round-trip readings know their lines and are asked for by checks, which are made once.
        return _read(content, reader_type)
    return deepcopy(_plain(content))


@cache
def _plain(content: str) -> Any:
    return _read(content)
