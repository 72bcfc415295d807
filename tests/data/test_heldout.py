"""The held-out sets: complete, well-formed, apart from the training utterances, true to the demo shop."""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.shared.nlu.training_data.loading import load_data

from bot.brain.nlu.mood import EXAMPLES

DATA = Path(__file__).parents[2] / "data"
REASONS = {
    "customer_request",
    "frustration",
    "repeated_misunderstanding",
    "missing_knowledge",
    "unsupported_request",
    "policy",
    "tool_failure",
    "sensitive_topic",
    "bot_failure",
}


DEVELOPED = (
    "handoff_requests.csv",
    "handoff_requests_wide.csv",
    "handoff_requests_second.csv",
    "handoff_requests_stranger.csv",
)
REQUESTS = (
    "handoff_requests.csv",
    "handoff_requests_blind.csv",
    "handoff_requests_third.csv",
    "handoff_requests_fourth.csv",
    "handoff_requests_fifth.csv",
)


def plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.lower())) or text.strip()


def rows(name: str, folder: str = "tests") -> list[dict[str, str]]:
    with (DATA / folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def conversations(*names: str) -> list[dict[str, Any]]:
    files = names or tuple(f"conversations{which}.yml" for which in ("", "_blind", "_third", "_fourth", "_fifth"))
    return [script for name in files for script in yaml.safe_load((DATA / "tests" / name).read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def trained() -> dict[str, str]:
    """Every training utterance, plain, with its intent."""
    messages = load_data(str(DATA / "nlu")).intent_examples
    return {plain(message.get("text")): message.get("intent") for message in messages}


@pytest.mark.parametrize("name", [*REQUESTS, "intents.csv"])
def test_no_held_out_text_is_trained_on_or_stands_twice(name: str, trained: dict[str, str]) -> None:
    texts = Counter(plain(row["text"]) for row in rows(name))
    assert [text for text in texts if text in trained] == []
    assert [text for text, count in texts.items() if count > 1] == []


def test_the_intent_set_has_four_hundred_lines_and_covers_every_intent(trained: dict[str, str]) -> None:
    counts = Counter(row["intent"] for row in rows("intents.csv"))
    assert sum(counts.values()) >= 400
    assert set(counts) == set(trained.values())
    assert {name: count for name, count in counts.items() if count < 5} == {}


def test_handoff_requests_are_two_hundred_and_mentions_four_hundred() -> None:
    assert Counter(row["label"] for row in rows("handoff_requests.csv")) == {"human": 200, "other": 400}


def test_blind_handoff_requests_are_a_hundred_and_mentions_two_hundred() -> None:
    assert Counter(row["label"] for row in rows("handoff_requests_blind.csv")) == {"human": 100, "other": 200}
    assert Counter(row["label"] for row in rows("handoff_requests_third.csv")) == {"human": 119, "other": 238}
    assert Counter(row["label"] for row in rows("handoff_requests_fourth.csv")) == {"human": 119, "other": 234}
    assert Counter(row["label"] for row in rows("handoff_requests_fifth.csv")) == {"human": 109, "other": 220}


def test_no_handoff_request_stands_in_two_sets() -> None:
    seen = [
        *(text for name in DEVELOPED for text in {plain(row["text"]) for row in rows(name, folder="development")}),
        *(text for name in REQUESTS for text in {plain(row["text"]) for row in rows(name)}),
    ]
    assert [text for text, count in Counter(seen).items() if count > 1] == []


def test_sarcasm_and_joy_stand_in_pairs_and_are_not_trained_on() -> None:
    pairs = rows("sarcasm.csv")
    assert [row["label"] for row in pairs] == ["sarcastic", "happy"] * 40
    taught = yaml.safe_load(EXAMPLES.read_text(encoding="utf-8"))
    seen = {plain(text) for side in taught.values() for text in side}
    assert [row["text"] for row in pairs if plain(row["text"]) in seen] == []


@pytest.mark.parametrize("name", DEVELOPED)
def test_no_development_line_is_trained_on(name: str, trained: dict[str, str]) -> None:
    lines = rows(name, folder="development")
    assert [row["text"] for row in lines if plain(row["text"]) in trained] == []


def test_half_of_the_seventy_conversations_are_to_be_handed_over() -> None:
    scripts = conversations("conversations.yml")
    assert len(scripts) == 70
    assert sum(script["escalate"] for script in scripts) == 35
    assert len({script["id"] for script in scripts}) == 70


def test_half_of_the_forty_blind_conversations_are_to_be_handed_over() -> None:
    scripts = conversations("conversations_blind.yml")
    assert len(scripts) == 40
    assert sum(script["escalate"] for script in scripts) == 20
    third = conversations("conversations_third.yml")
    assert (len(third), sum(script["escalate"] for script in third)) == (70, 35)
    fourth = conversations("conversations_fourth.yml")
    assert (len(fourth), sum(script["escalate"] for script in fourth)) == (72, 36)
    fifth = conversations("conversations_fifth.yml")
    assert (len(fifth), sum(script["escalate"] for script in fifth)) == (70, 35)


@pytest.mark.parametrize("script", conversations(), ids=lambda script: script["id"])
def test_a_conversation_is_well_formed(script: dict[str, Any]) -> None:
    assert set(script) <= {"id", "title", "turns", "escalate", "reason", "also", "by_turn"}
    assert 1 <= len(script["turns"]) <= 7
    assert all(isinstance(turn, str) and turn.strip() for turn in script["turns"])
    if script["escalate"]:
        assert {script["reason"], *script.get("also", [])} <= REASONS
        assert 1 <= script["by_turn"] <= len(script["turns"])
    else:
        assert not {"reason", "also", "by_turn"} & set(script)


def test_orders_and_addresses_in_conversations_are_those_of_the_shop() -> None:
    orders = yaml.safe_load((DATA / "shop" / "orders.yaml").read_text(encoding="utf-8"))
    people = yaml.safe_load((DATA / "shop" / "customers.yaml").read_text(encoding="utf-8"))
    address = {person["ref"]: person["email"] for person in people}
    owner = {str(order["number"]): address[order["of"]] for order in orders}
    for script in conversations():
        text = " ".join(script["turns"])
        numbers = re.findall(r"\b1\d{3}\b", text)
        mails = re.findall(r"[\w.]+@[\w.]+\w", text.lower())
        mistyped = {"1031"} if script["id"] == "u41" else set()  # which it then corrects to 1013
        assert set(numbers) <= set(owner) | mistyped, script["id"]
        if numbers and mails and script["id"] not in {"e17", "b18", "c14"}:
            assert mails[-1] == owner[numbers[-1]], script["id"]
