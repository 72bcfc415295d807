"""Places where Rasa 3.6 spends most of a turn for nothing here, replaced at start.

Measured on a dialogue of 16 messages: with the first two, a turn costs a third of what it did.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import rasa.core.processor
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event
from rasa.shared.utils.common import all_subclasses

from bot.brain.graph_runner import DirectGraphRunner


def spare() -> None:
    """Make the replacements; doing it twice does no harm."""
    # Rasa checks every action's answer, and each time its own schema too, for action servers it does not know.
    # Ours run in this process, and the SDK has checked their events already.
    RemoteAction._validate_action_result = _in_order
    # Rasa walks all classes of events, and inspects each, for every stored event it reads.
    Event.resolve_by_type = staticmethod(_event_class)
    # Rasa has its graph scheduled anew for every prediction.
    rasa.core.processor.DaskGraphRunner = DirectGraphRunner


def _in_order(self: RemoteAction, result: dict[str, Any]) -> bool:
    return isinstance(result.get("events"), list) and isinstance(result.get("responses"), list)


def _event_class(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    found = _event_classes().get(type_name, default)
    if found is None and type_name != "topic":
        raise ValueError(f"Unknown event name '{type_name}'.")
    return found


@cache
def _event_classes() -> dict[str, type[Event]]:
    classes: dict[str, type[Event]] = {}
    for kind in all_subclasses(Event):
        classes.setdefault(kind.type_name, kind)
    return classes
