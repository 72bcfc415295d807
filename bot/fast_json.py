"""JSON as bytes for what is written and read for every message."""

from __future__ import annotations

import json
from typing import Any

import orjson


def dumps(value: Any) -> bytes:
    """Compact JSON. Text with half of a surrogate pair, which UTF-8 cannot hold, goes as an escape."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":")).encode()


def loads(raw: bytes | str) -> Any:
    """The value; raises `ValueError`. Takes what `dumps` and any other writer of JSON made."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return json.loads(raw)
