"""Versions of what editors change: a content's hash, and what was given out under it, so that a stale write can be
told what changed."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from bot.errors import InvalidInput, StaleWrite

REMEMBERED = 500
ANY = "*"


def version_of(lines: Sequence[str]) -> str:
    """The version of a content: equal lines, equal version."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def wanted_version(if_match: str | None) -> str:
    """The version of an `If-Match` header; `InvalidInput` `if_match_missing` without one."""
    if not if_match or not if_match.strip():
        raise InvalidInput(
            "Send the version you changed in an If-Match header, as its ETag gave it.", code="if_match_missing"
        )
    return if_match.strip().removeprefix("W/").strip('"')


class GivenOut:
    """Remembers contents by name and version for a while."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._limit = remembered
        self._given: OrderedDict[tuple[str, str], tuple[str, ...]] = OrderedDict()

    def remember(self, name: str, lines: Sequence[str]) -> str:
        """Keep a content that is given out; its version."""
        version = version_of(lines)
        self._given[name, version] = tuple(lines)
        self._given.move_to_end((name, version))
        while len(self._given) > self._limit:
            self._given.popitem(last=False)
        return version

    def check(self, name: str, wanted: str, current: Sequence[str]) -> None:
        """`StaleWrite` with what changed since the wanted version unless that is the current one."""
        now = version_of(current)
        if wanted not in (ANY, now):
            raise StaleWrite(
                "Somebody else changed this in the meantime. Look at what changed, then save again.",
                code="stale_write",
                details={"version": now, "current": list(current), "changed": self._changed(name, wanted, current)},
            )

    def _changed(self, name: str, wanted: str, current: Sequence[str]) -> Mapping[str, Any] | None:
        before = self._given.get((name, wanted))
        if before is None:
            return None  # given out too long ago, or by another gateway: the current content has to do
        return {
            "added": [line for line in current if line not in before],
            "removed": [line for line in before if line not in current],
        }
