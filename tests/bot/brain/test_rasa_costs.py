"""What replaces parts of Rasa gives what those parts gave."""

from __future__ import annotations

import importlib
import itertools
import json
import random
from typing import Any

import pytest
from rasa.core.policies import rule_policy
from rasa.core.policies.rule_policy import RulePolicy

from bot.brain.rasa_costs import _possible_keys

ACTIONS = ("action_listen", "utter_greet", "action_order", None)
INTENTS = ("greet", "order", None)
VALUES = (None, "should_not_be_set", ["yes"])


@pytest.fixture(scope="module")
def theirs() -> type[RulePolicy]:
    """Rasa's policy as it is shipped, whatever this process has replaced already."""
    spec = importlib.util.find_spec(rule_policy.__name__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.RulePolicy


def state(action: str | None, intent: str | None, value: Any) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    if action:
        parts["prev_action"] = {"action_name": action}
    if intent:
        parts["user"] = {"intent": intent}
    if value:
        parts["slots"] = {"answered": value}
    return parts


def as_in_dialogue(rule_state: dict[str, Any]) -> dict[str, Any]:
    slots = rule_state.get("slots")
    held = {"slots": {"answered": ("yes",)}} if slots and slots["answered"] == ["yes"] else {}
    return {name: part for name, part in rule_state.items() if name != "slots"} | held


def test_the_rules_that_fit_are_those_rasa_finds(theirs: type[RulePolicy]) -> None:
    chance = random.Random(5)
    states = [state(*each) for each in itertools.product(ACTIONS, INTENTS, VALUES)]
    rules = [[chance.choice(states) for _ in range(chance.choice([1, 1, 2, 3]))] for _ in range(150)]
    lookup = {json.dumps(rule, sort_keys=True): "action" for rule in rules}
    found = 0
    for _ in range(300):
        # Half of the dialogues end as some rule does, or hardly any rule would fit.
        ending = chance.choice(rules) if chance.random() < 0.5 else []
        dialogue = [chance.choice(states) for _ in range(chance.randint(0, 4))] + ending
        told = [as_in_dialogue(each) for each in dialogue]
        policy = theirs.__new__(theirs)
        wanted = theirs._get_possible_keys(policy, lookup, told)
        assert _possible_keys(policy, lookup, told) == wanted
        found += len(wanted)
    assert found > 300
