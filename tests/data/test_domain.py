"""The dialogue's content fits together: every meaning leads somewhere, everything named exists."""

from __future__ import annotations

import re
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk.executor import ActionExecutor

from actions.order_wishes import WISHES
from bot.brain.topics import PERSON_FIRST, TOPICS

ROOT = Path(__file__).parents[2] / "data"


@cache
def domain() -> dict[str, Any]:
    merged: dict[str, Any] = {"responses": {}, "slots": {}, "intents": [], "actions": [], "entities": []}
    for path in sorted((ROOT / "domain").glob("*.yml")):
        for key, value in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            if key in merged and isinstance(value, dict):
                assert not merged[key].keys() & value.keys(), f"{path.name} repeats {merged[key].keys() & value.keys()}"
                merged[key].update(value)
            elif key in merged:
                merged[key] += value
    return merged


@cache
def rules() -> list[dict[str, Any]]:
    return [
        rule
        for path in sorted((ROOT / "rules").glob("*.yml"))
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]
    ]


def texts() -> list[tuple[str, str]]:
    return [(name, item["text"]) for name, items in domain()["responses"].items() for item in items]


def test_every_intent_has_exactly_one_rule() -> None:
    ruled = [step["intent"] for rule in rules() for step in rule["steps"] if "intent" in step]
    assert sorted(ruled) == sorted({*domain()["intents"], "nlu_fallback"})


def test_every_action_of_the_rules_exists() -> None:
    named = {step["action"] for rule in rules() for step in rule["steps"] if "action" in step}
    known = {*domain()["actions"], *domain()["responses"], "order_form"}
    assert named <= known


def test_every_action_of_the_domain_is_written_and_every_written_one_is_in_the_domain() -> None:
    executor = ActionExecutor()
    executor.register_package("actions")
    written = {name for name, run in executor.actions.items() if run.__module__.startswith("actions.")}
    assert written == set(domain()["actions"])


def test_every_response_the_actions_say_exists() -> None:
    said = set()
    for path in (ROOT.parent / "actions").glob("*.py"):
        said |= set(re.findall(r'"(utter_[a-z_]+)"', path.read_text(encoding="utf-8")))
    assert said - set(domain()["responses"]) == set()


def test_every_wish_can_be_confirmed_and_named() -> None:
    responses = domain()["responses"]
    for intent in WISHES.intents:
        assert f"utter_meaning_{intent}" in responses


@pytest.mark.parametrize("intent", sorted([*WISHES.intents, *PERSON_FIRST, *chain.from_iterable(TOPICS.values())]))
def test_topics_and_wishes_name_real_intents(intent: str) -> None:
    assert intent in domain()["intents"]


def test_a_button_of_a_response_means_a_real_intent() -> None:
    for name, items in domain()["responses"].items():
        for button in (button for item in items for button in item.get("buttons", ())):
            assert button["payload"].lstrip("/").split("{")[0] in domain()["intents"], name


@pytest.mark.parametrize(("name", "text"), texts())
def test_the_voice_is_calm_and_plain(name: str, text: str) -> None:
    assert "!" not in text
    assert "As an AI" not in text
    assert not re.search(r"[\U0001f300-\U0001faff☀-➿]", text)
    assert text.count("sorry") <= 1
    assert len(text) <= 330
