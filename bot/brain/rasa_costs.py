"""Places where Rasa 3.6 spends most of a turn for nothing here, replaced at start.

Measured on a dialogue of 16 messages: with the first two, a turn costs a third of what it did.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import rasa.core.processor
from rasa.core.actions import action, forms
from rasa.core.actions.action import RemoteAction
from rasa.core.policies import memoization, rule_policy
from rasa.core.policies.memoization import MemoizationPolicy
from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.constants import REQUESTED_SLOT, SHOULD_NOT_BE_SET
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected, Event, Restarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses
from rasa.utils.endpoints import EndpointConfig

from bot.brain.graph_runner import DirectGraphRunner
from bot.brain.memory import TurnTracker

_theirs: Mapping[str, Any] = {
    "default_actions": action.default_actions,
    "by_rule": RulePolicy.predict_action_probabilities,
    "by_story": MemoizationPolicy.predict_action_probabilities,
    "metadata": ModelMetadata.from_dict.__func__,
    "continued": forms.FormAction._temporary_tracker,
}

_TABLES = (rule_policy.RULES, rule_policy.RULES_FOR_LOOP_UNHAPPY_PATH)
_made_for: dict[str, Any] = {}


def spare() -> None:
    """Make the replacements; doing it twice does no harm."""
    # Rasa checks every action's answer, and each time its own schema too, for action servers it does not know.
    # Ours run in this process, and the SDK has checked their events already.
    RemoteAction._validate_action_result = _in_order
    # Rasa walks all classes of events, and inspects each, for every stored event it reads.
    Event.resolve_by_type = staticmethod(_event_class)
    # Rasa has its graph scheduled anew for every prediction.
    rasa.core.processor.DaskGraphRunner = DirectGraphRunner
    # Rasa tries every rule on every state of the dialogue; see below.
    RulePolicy._get_possible_keys = _possible_keys
    # Rasa writes out the whole dialogue for debug messages, and builds an empty domain at every message only to see
    # whether ours is one. Entities and intents are those of our own components, checked when a model is tried.
    Policy.format_tracker_states = staticmethod(_unwritten)
    MessageProcessor._check_for_unseen_features = _unchecked
    # It also copies events, states and slots to the last leaf for debug messages that `quiet` has turned off.
    for module in (rasa.core.processor, memoization, rule_policy, forms):
        module.copy = module.structlogger = _Unwritten()
    MessageProcessor._log_slots = staticmethod(_unwritten)
    # Rasa replays the whole dialogue for every step of a form.
    forms.FormAction._temporary_tracker = _continued
    # Rasa makes a dozen actions of its own anew for every name it looks up.
    action.default_actions = _default_actions
    # Rasa recalls stories even where a rule is certain, and a rule comes before them.
    RulePolicy.predict_action_probabilities = _by_rule
    MemoizationPolicy.predict_action_probabilities = _by_story
    # Rasa imports whatever a model was trained with, and with it TensorFlow, to keep a plan that is for training alone.
    ModelMetadata.from_dict = classmethod(_without_training)


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


def _unwritten(_: Any) -> str:
    return ""


class _Unwritten:
    """Stands for the `copy` and the logger of a module of Rasa that uses both only for debug messages."""

    def deepcopy(self, value: Any) -> Any:
        """The value itself."""
        return value

    def debug(self, *said: Any, **more: Any) -> None:
        """Nothing."""


def _default_actions(action_endpoint: EndpointConfig | None = None) -> list[action.Action]:
    if _made_for.get("endpoint", _made_for) is not action_endpoint:
        _made_for.update(endpoint=action_endpoint, actions=_theirs["default_actions"](action_endpoint))
    actions: list[action.Action] = _made_for["actions"]
    return actions


def longest_rule(runner: DirectGraphRunner) -> int:
    """How many states the longest rule of a loaded model has."""
    tables = (policy.lookup[name] for policy in runner.components(RulePolicy) for name in _TABLES)
    return max((_length(key) for table in tables for key in table), default=0)


def _without_training(cls: type[ModelMetadata], stored: Mapping[str, Any]) -> ModelMetadata:
    metadata: ModelMetadata = _theirs["metadata"](cls, {**stored, "train_schema": {"nodes": {}}})
    return metadata


def _continued(
    self: forms.FormAction, tracker: DialogueStateTracker, additional: list[Event], domain: Domain
) -> DialogueStateTracker:
    """The dialogue as the form goes on: what Rasa gets by replaying it."""
    if not isinstance(tracker, TurnTracker) or any(type(event) is Restarted for event in tracker.events):
        replayed: DialogueStateTracker = _theirs["continued"](self, tracker, additional, domain)
        return replayed
    asked = SlotSet(REQUESTED_SLOT, self.get_slot_to_fill(tracker))
    return tracker.followed_by([asked, ActionExecuted(self.name()), *additional])


def _by_rule(
    self: RulePolicy, tracker: TurnTracker, domain: Domain, rule_only_data: Any = None, **more: Any
) -> PolicyPrediction:
    prediction: PolicyPrediction = _theirs["by_rule"](self, tracker, domain, rule_only_data, **more)
    if prediction.max_confidence >= 1.0 and not _rejected(tracker):
        tracker.certain_at = len(tracker.events)
    return prediction


def _by_story(
    self: MemoizationPolicy, tracker: TurnTracker, domain: Domain, rule_only_data: Any = None, **more: Any
) -> PolicyPrediction:
    if getattr(tracker, "certain_at", -1) == len(tracker.events):
        return self._prediction(self._default_predictions(domain))
    prediction: PolicyPrediction = _theirs["by_story"](self, tracker, domain, rule_only_data, **more)
    return prediction


def _rejected(tracker: TurnTracker) -> bool:
    """Whether the latest action was rejected: then Rasa takes its name out of every prediction."""
    told = (each for each in reversed(tracker.events) if isinstance(each, ActionExecuted | ActionExecutionRejected))
    return isinstance(next(told, None), ActionExecutionRejected)


def _unchecked(self: MessageProcessor, parse_data: Mapping[str, Any]) -> None:
    return None


def _possible_keys(self: RulePolicy, lookup: Mapping[str, str], states: Sequence[Mapping[str, Any]]) -> set[str]:
    """The rules whose states all fit the end of the dialogue: what Rasa finds, without going on to states before the
    rule's own and without trying rules for another latest action or intent."""
    if not states:
        return set(lookup)
    back = states[::-1]
    tried = _rules_for(tuple(lookup), *_occasion(back[0]))
    return {
        key
        for key in tried
        if all(self._is_rule_applicable(key, turn, back[turn]) for turn in range(min(_length(key), len(back))))
    }


@lru_cache(maxsize=10_000)
def _length(key: str) -> int:
    return len(json.loads(key))


@lru_cache(maxsize=4_096)
def _rules_for(keys: tuple[str, ...], action: str | None, intent: str | None) -> tuple[str, ...]:
    return tuple(key for key in keys if _may_fit(json.loads(key)[-1], action, intent))


def _may_fit(latest: Mapping[str, Any], action: str | None, intent: str | None) -> bool:
    wanted_action, wanted_intent = _occasion(latest)
    return wanted_action is None or (wanted_action == action and wanted_intent in {None, intent})


def _occasion(state: Mapping[str, Any]) -> tuple[str | None, str | None]:
    return _named(state.get("prev_action"), "action_name"), _named(state.get("user"), "intent")


def _named(part: Mapping[str, Any] | None, name: str) -> str | None:
    found = (part or {}).get(name)
    return found if isinstance(found, str) and found != SHOULD_NOT_BE_SET else None
