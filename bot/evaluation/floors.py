"""What evaluations must reach, and what others have published on the same data: `floors.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("floors.json")


@dataclass(frozen=True)
class Line:
    """One figure of one evaluation beside its floor or ceiling and the best published one; None where there is none."""

    evaluation: str
    figure: str
    value: float | None
    floor: float | None = None
    ceiling: float | None = None
    published: float | None = None
    source: str = ""

    @property
    def missed(self) -> bool:
        """Whether it was measured and lies on the wrong side of its bound."""
        if self.value is None:
            return False
        below = self.floor is not None and self.value < self.floor
        return below or (self.ceiling is not None and self.value > self.ceiling)


def floors() -> dict[str, dict[str, dict[str, Any]]]:
    """Evaluation, figure, then `floor` or `ceiling`, `published` and `source`."""
    loaded: dict[str, dict[str, dict[str, Any]]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return loaded


def judge(evaluation: str, figures: Mapping[str, Any] | None) -> list[Line]:
    """The watched figures of one evaluation; `figures` None stands for one that could not run."""
    return [
        Line(evaluation, name, figures[name] if figures is not None else None, **bounds)
        for name, bounds in floors()[evaluation].items()
    ]
