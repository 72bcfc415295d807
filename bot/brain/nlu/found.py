"""A thing found in a message, and which of two that overlap is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Found:
    """An entity: what kind, its normalised value, and where in the text it stands (end exclusive)."""

    kind: str
    value: str
    start: int
    end: int
    confidence: float = 1.0

    def overlaps(self, other: Found) -> bool:
        """True when both claim a character."""
        return self.start < other.end and other.start < self.end

    def as_entity(self, extractor: str) -> dict[str, Any]:
        """The form in which Rasa carries entities."""
        return {
            "entity": self.kind,
            "value": self.value,
            "start": self.start,
            "end": self.end,
            "confidence_entity": self.confidence,
            "extractor": extractor,
        }


def without_overlaps(found: Iterable[Found]) -> list[Found]:
    """In order of the text; of things that overlap, the one given first stays."""
    kept: list[Found] = []
    for candidate in found:
        if not any(candidate.overlaps(other) for other in kept):
            kept.append(candidate)
    return sorted(kept, key=lambda one: one.start)
