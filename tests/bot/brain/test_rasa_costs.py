"""What replaces parts of Rasa gives what those parts gave."""

from __future__ import annotations

import importlib
import inspect
import itertools
import json
import random
import re
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import rasa.core.processor
from rasa.core.actions import action, forms
from rasa.core.policies import memoization, rule_policy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected

from bot.brain import rasa_costs
from bot.brain.agent import BrokenModel, Model, _check_rules
from bot.brain.memory import LATEST_STATES, begin
from bot.brain.rasa_costs import _by_rule, _by_story, _default_actions, _possible_keys

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


@pytest.mark.parametrize("module", [rasa.core.processor, memoization, rule_policy, forms])
def test_where_copies_and_messages_are_left_out_they_are_for_debugging_alone(module: ModuleType) -> None:
    used = re.findall(r"\b(structlogger|copy)\.(\w+)", inspect.getsource(module))
    assert set(used) == {("structlogger", "debug"), ("copy", "deepcopy")}
    copied = re.findall(r"(.*)copy\.deepcopy\(", inspect.getsource(module))
    assert all(re.fullmatch(r' *(?:"[\w.]+", )?\w+=', before) for before in copied)


def test_rasas_own_actions_are_made_once_for_each_place_actions_run_at() -> None:
    here, there = SimpleNamespace(), SimpleNamespace()
    assert _default_actions(here) is _default_actions(here)  # type: ignore[arg-type]
    assert _default_actions(there)[-1]._action_endpoint is there  # type: ignore[arg-type, attr-defined]
    assert _default_actions(here)[-1]._action_endpoint is here  # type: ignore[arg-type, attr-defined]
    names = [each.name() for each in _default_actions(None)]
    assert "action_listen" in names
    assert names == [each.name() for each in action.default_actions(None)]


class Policies:
    """A rule policy and a memory of stories that say what a test wants and count how often they are asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, confidence: float) -> None:
        self.asked: list[str] = []
        self._confidence = confidence
        theirs = {"by_rule": self._say("rule"), "by_story": self._say("story")}
        monkeypatch.setattr(rasa_costs, "_theirs", theirs)

    def _say(self, name: str) -> Any:
        def say(policy: Any, tracker: Any, domain: Any, rule_only_data: Any = None, **more: Any) -> Any:
            self.asked.append(name)
            return SimpleNamespace(max_confidence=self._confidence)

        return say

    def ask(self, tracker: Any) -> list[str]:
        """Both, and who worked."""
        self.asked = []
        policy: Any = SimpleNamespace(_default_predictions=lambda domain: [0.0], _prediction=lambda given: given)
        _by_rule(policy, tracker, Domain.empty())
        _by_story(policy, tracker, Domain.empty())
        return self.asked


def test_stories_are_recalled_only_where_no_rule_is_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    tracker = begin("c", [], Domain.empty())
    assert Policies(monkeypatch, 0.3).ask(tracker) == ["rule", "story"]
    assert Policies(monkeypatch, 1.0).ask(tracker) == ["rule"]
    # A rejected action is taken out of every prediction, so that a story may win.
    tracker.update(ActionExecutionRejected("order_form"))
    assert Policies(monkeypatch, 1.0).ask(tracker) == ["rule", "story"]
    tracker.update(ActionExecuted("action_listen"))
    assert Policies(monkeypatch, 1.0).ask(tracker) == ["rule"]
    tracker.update(ActionExecuted("action_listen"))
    assert Policies(monkeypatch, 0.3).ask(tracker) == ["rule", "story"]


def test_a_model_with_a_rule_longer_than_what_is_looked_back_on_is_refused() -> None:
    def model(steps: int) -> Model:
        policy = SimpleNamespace(lookup={"rules": {json.dumps([{}] * steps): "a"}, "rules_for_loop_unhappy_path": {}})
        runner = SimpleNamespace(components=lambda kind: [policy])
        return Model("m", SimpleNamespace(graph_runner=runner))  # type: ignore[arg-type]

    _check_rules(model(LATEST_STATES))
    with pytest.raises(BrokenModel):
        _check_rules(model(LATEST_STATES + 1))
