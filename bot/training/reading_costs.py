"""Rasa reads, checks, copies and fingerprints every example many times in one training; here it is done once.

Measured on the demo shop's content: reading YAML was more than a third of a repeated training, and of the rest two
fifths were fingerprints, by which Rasa finds examples that stand there twice and what a step of a training depends on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from rasa.engine.graph import GraphNodeHook
from rasa.engine.storage import local_model_storage
from rasa.engine.training import graph_trainer
from rasa.shared.importers import utils as importers
from rasa.shared.nlu.constants import INTENT, RESPONSE
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils import io, validation
from tarsafe import TarSafe

_read, _check = io.read_yaml, validation.validate_yaml_schema
_fingerprint, _from_paths = Message.fingerprint, importers.training_data_from_paths
_QUICK = 0
"""Of nine: not made smaller at all. What a model holds are mostly numbers, of which effort takes off a sixth."""


def spare() -> None:
    """Make the replacements in this process; doing it twice does no harm. For a process that trains and ends: what was
    read is kept until then."""
    io.read_yaml = _read_once
    # What was found wrong is not kept: it is found, and told, again.
    validation.validate_yaml_schema = cache(_check)
    # Rasa copies all examples whenever it puts two files together.
    Message.__deepcopy__ = _copied
    # Rasa hashes an example's parts one by one, and forgets the outcome whenever it looks for blanks to take away.
    Message.fingerprint = _hashed_at_once
    TrainingData.sanitize_examples = staticmethod(_without_blanks_and_doubles)
    # Every reader of the content makes its own examples of it: the check, the training, the test afterwards.
    importers.training_data_from_paths = _made_once
    local_model_storage.TarSafe = _QuickTar
    graph_trainer.TrainingHook = _NothingKept


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
    twin = object.__new__(type(self))
    twin.__dict__.update(self.__dict__)
    twin.data = _apart(self.data, memo)
    twin.features = list(self.features)
    twin.output_properties = set(self.output_properties)
    return twin


def _apart(value: Any, memo: dict[int, Any]) -> Any:
    if isinstance(value, str):
        return value
    if type(value) is dict:
        # Nearly all of what an example holds are texts: these are not asked about one by one.
        return {name: part if type(part) is str else _apart(part, memo) for name, part in value.items()}
    if type(value) is list:
        return [_apart(part, memo) for part in value]
    return deepcopy(value, memo)


def _hashed_at_once(self: Message) -> str:
    """See `Message.fingerprint`: another one than Rasa's, of the same."""
    if self._cached_fingerprint is None:
        parts = [self.data, [feature.fingerprint() for feature in self.features]]
        try:
            told = orjson.dumps(parts, default=io.deep_container_fingerprint, option=_PLAIN)
        except TypeError:  # a number of more than 64 bits, for one
            return str(_fingerprint(self))
        self._cached_fingerprint = hashlib.md5(told, usedforsecurity=False).hexdigest()
    return str(self._cached_fingerprint)


_PLAIN = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


def _without_blanks_and_doubles(examples: Sequence[Message]) -> list[Message]:
    """See `TrainingData.sanitize_examples`; an example that has no blanks to lose is not changed."""
    for example in examples:
        for name in (INTENT, RESPONSE):
            said = example.get(name)
            if said and said != said.strip():
                example.set(name, said.strip())
    return list(dict.fromkeys(examples))


def _made_once(paths: Iterable[str], language: str) -> TrainingData:
    files = tuple(paths)
    return TrainingData().merge(_examples_of(files, language, tuple(_state_of(file) for file in files)))


def _state_of(path: str) -> tuple[int, int]:
    found = Path(path).stat()
    return found.st_mtime_ns, found.st_size


@cache
def _examples_of(files: tuple[str, ...], language: str, _states: tuple[tuple[int, int], ...]) -> TrainingData:
    return _from_paths(files, language)


class _NothingKept(GraphNodeHook):
    """In the place of Rasa's own, which keeps what each step made for a training with the same content: to know it
    again costs more than making it, and the test afterwards needs what a training leaves in memory."""

    def __init__(self, **_: object) -> None:
        """Takes what Rasa's takes."""

    def on_before_node(self, *_: object, **__: object) -> dict[str, Any]:
        """See `GraphNodeHook.on_before_node`."""
        return {}

    def on_after_node(self, *_: object, **__: object) -> None:
        """See `GraphNodeHook.on_after_node`."""


class _QuickTar(TarSafe):
    """Archives that are packed, and opened, in a fraction of the time."""

    @classmethod
    def gzopen(
        cls, name: Any, mode: str = "r", fileobj: Any = None, compresslevel: int = _QUICK, **more: Any
    ) -> TarSafe:
        """See `tarfile.TarFile.gzopen`."""
        return super().gzopen(name, mode, fileobj, compresslevel, **more)
