"""Names for things: sortable by time, or derived so that doing something again names it the same."""

from __future__ import annotations

import hashlib
import secrets
import time


def new_id() -> str:
    """A fresh id of 32 hex digits: 48 bits of milliseconds, then 80 random bits; later ones sort after earlier ones."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def derived_id(parent: str, *parts: object) -> str:
    """The same id for the same parent and parts, for ever, so that storing a result twice cannot make two of it."""
    digest = hashlib.sha256("/".join((parent, *map(str, parts))).encode()).hexdigest()
    return parent[:12] + digest[:20]
