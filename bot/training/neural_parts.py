"""Rasa's neural components left out of a training that has none: with them comes TensorFlow, seconds of imports."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from rasa.core.policies import memoization, rule_policy

_PLACES = {
    "rasa.nlu.classifiers.diet_classifier": "DIETClassifier",
    "rasa.nlu.selectors.response_selector": "ResponseSelector",
    "rasa.core.policies.ted_policy": "TEDPolicy",
}
"""Rasa's check of a configuration asks whether one of these classes is in it."""
_ALL = "rasa.engine.recipes.default_components"
"""What imports every component there is, only so that a configuration may name it."""
_OWN = "bot."
_LIGHT = frozenset({memoization.MemoizationPolicy.__name__, rule_policy.RulePolicy.__name__})
"""Those of Rasa's own that are registered by the imports above."""


def leave_out(settings: Mapping[str, Any]) -> bool:
    """Where a configuration names our components and Rasa's rules alone, let classes that nothing is an instance of
    stand for the neural ones; whether that was done. For a process that trains on this configuration and ends."""
    parts = [*(settings.get("pipeline") or ()), *(settings.get("policies") or ())]
    if not all(part["name"].startswith(_OWN) or part["name"] in _LIGHT for part in parts):
        return False
    for module, name in _PLACES.items():
        _stand_in(module, {name: type(name, (), {})})
    _stand_in(_ALL, {"DEFAULT_COMPONENTS": []})
    return True


def _stand_in(module: str, content: Mapping[str, Any]) -> None:
    if module not in sys.modules:
        made = ModuleType(module)
        made.__dict__.update(content)
        sys.modules[module] = made
