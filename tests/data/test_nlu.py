"""The training utterances: enough of each intent, none in two intents, every product name known."""

import re
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.training_data import TrainingData

DATA = Path(__file__).parents[2] / "data"
FILES = sorted((DATA / "nlu").glob("*.yml"))


@pytest.fixture(scope="module")
def training() -> TrainingData:
    return load_data(str(DATA / "nlu"))


def plain(text: str) -> str:
    """Lower case without punctuation; what has neither letter nor digit stays as it is."""
    return " ".join(re.findall(r"[^\W_]+", text.lower())) or text.strip()


def test_there_are_at_least_forty_intents(training: TrainingData) -> None:
    assert len(training.intents) >= 40


def test_the_intents_are_those_of_the_domain(training: TrainingData) -> None:
    domain = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (DATA / "domain").glob("*.yml")]
    entries = [entry for part in domain for entry in part.get("intents") or []]
    declared = {entry if isinstance(entry, str) else next(iter(entry)) for entry in entries}
    assert training.intents == declared


def test_every_intent_has_enough_examples(training: TrainingData) -> None:
    counts = Counter(message.get("intent") for message in training.intent_examples)
    assert {name: count for name, count in counts.items() if count < 25} == {}


def test_out_of_scope_has_about_sixty_examples(training: TrainingData) -> None:
    examples = [m for m in training.intent_examples if m.get("intent") == "out_of_scope"]
    assert len(examples) >= 55


def test_no_utterance_stands_twice_whatever_its_case_and_punctuation(training: TrainingData) -> None:
    places = defaultdict(list)
    for message in training.intent_examples:
        places[plain(message.get("text"))].append(f"{message.get('intent')}: {message.get('text')}")
    assert [where for where in places.values() if len(where) > 1] == []


def test_no_two_utterances_of_an_intent_share_nearly_all_their_words(training: TrainingData) -> None:
    groups = defaultdict(list)
    for message in training.intent_examples:
        groups[message.get("intent")].append((message.get("text"), set(plain(message.get("text")).split())))
    near = [
        (intent, text, other)
        for intent, rows in groups.items()
        for number, (text, words) in enumerate(rows)
        for other, theirs in rows[:number]
        if len(words | theirs) >= 4 and len(words & theirs) / len(words | theirs) >= 0.8
    ]
    assert near == []


def test_no_utterance_looks_like_a_command(training: TrainingData) -> None:
    assert [m.get("text") for m in training.intent_examples if m.get("text").startswith("/")] == []


def test_the_lookup_names_every_product_and_kind_of_the_catalogue(training: TrainingData) -> None:
    products = yaml.safe_load((DATA / "shop" / "products.yaml").read_text(encoding="utf-8"))
    wanted = {product[field].lower() for product in products for field in ("name", "kind")}
    listed = next(table["elements"] for table in training.lookup_tables if table["name"] == "product")
    assert wanted - {element.lower() for element in listed} == set()


def test_synonyms_lead_to_names_of_the_catalogue(training: TrainingData) -> None:
    listed = next(table["elements"] for table in training.lookup_tables if table["name"] == "product")
    known = {element.lower() for element in listed}
    assert {value for value in training.entity_synonyms.values() if value.lower() not in known} == set()


def test_annotated_products_are_names_customers_can_be_understood_by(training: TrainingData) -> None:
    listed = next(table["elements"] for table in training.lookup_tables if table["name"] == "product")
    known = {element.lower() for element in listed} | {word.lower() for word in training.entity_synonyms}
    found = {
        message.get("text")[entity["start"] : entity["end"]].lower()
        for message in training.entity_examples
        for entity in message.get("entities")
    }
    assert found
    assert found - known == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_intent_says_where_its_border_is(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    bare = [line for before, line in pairwise(lines) if line.startswith("- intent:") and not before.startswith("# ")]
    assert bare == []
