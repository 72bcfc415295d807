"""JSON as bytes for what is written and read for every message."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, overload

import orjson


class StoredList(Sequence[Any]):
    """A list that is stored as JSON and read only if somebody looks into it: what is only passed on costs nothing."""

    __slots__ = ("_items", "raw")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self._items: list[Any] | None = None

    @property
    def items(self) -> list[Any]:
        """What it holds; raises `ValueError` if it is no JSON list."""
        if self._items is None:
            found = loads(self.raw)
            if not isinstance(found, list):
                raise ValueError("not a JSON list")
            self._items = found
        return self._items

    @overload
    def __getitem__(self, at: int) -> Any: ...

    @overload
    def __getitem__(self, at: slice) -> list[Any]: ...

    def __getitem__(self, at: int | slice) -> Any:
        return self.items[at]

    def __len__(self) -> int:
        return len(self.items)

    def __eq__(self, other: object) -> bool:
        return self.items == (other.items if isinstance(other, StoredList) else other)

    __hash__ = None  # type: ignore[assignment]  # as any list


def dumps(value: Any) -> bytes:
    """Compact JSON. Text with half of a surrogate pair, which UTF-8 cannot hold, goes as an escape."""
    try:
        return orjson.dumps(value, default=_as_stored)
    except TypeError:
        return json.dumps(value, separators=(",", ":"), default=_as_list).encode()


def loads(raw: bytes | str) -> Any:
    """The value; raises `ValueError`. Takes what `dumps` and any other writer of JSON made."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return json.loads(raw)


def _as_stored(value: Any) -> Any:
    if isinstance(value, StoredList):
        return orjson.Fragment(value.raw)
    raise TypeError(f"{type(value).__name__} has no JSON")


def _as_list(value: Any) -> Any:
    if isinstance(value, StoredList):
        return value.items
    raise TypeError(f"{type(value).__name__} has no JSON")
