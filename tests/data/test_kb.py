"""The articles agree with each other, with the fact sheet and with the catalogue."""

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ARTICLES = sorted((ROOT / "data" / "kb").glob("*/*.md"))
TOPICS = {
    "shipping", "returns", "exchanges", "refunds", "orders", "payment", "warranty", "repairs", "care", "sizing",
    "stores", "account", "privacy", "gift-cards", "loyalty", "discounts", "products", "contact",
}  # fmt: skip
# Outdoor knowledge brings its own durations (drying, boiling); only what the shop promises is on the fact sheet.
PROMISES = sorted(TOPICS - {"care", "sizing", "products"})
HANDS_ON = {"fix-tent-pole", "patch-fabric", "find-mat-leak"}
LONG = {"tent-care-guide"}
MONEY = re.compile(r"£(\d+(?:,\d{3})*(?:\.\d{2})?)")
SPAN = re.compile(r"(\d+)(?: (?:to|or) (\d+))?[ -](working day|day|hour|minute|month|year)s?\b")
CLOCK = re.compile(r"\b(\d{1,2}:\d{2})-(\d{1,2}:\d{2})\b")


def front_and_body(path: Path) -> tuple[dict[str, Any], str]:
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.load(front, yaml.CSafeLoader), body


LOADED = {path.stem: (path, *front_and_body(path)) for path in ARTICLES}
FACTS = (ROOT / "docs" / "shop-facts.md").read_text(encoding="utf-8")


def spans(text: str) -> set[tuple[str, str]]:
    found = set()
    for low, high, unit in SPAN.findall(text):
        found |= {(number, unit) for number in (low, high) if number}
    return found


def catalogue_prices() -> set[float]:
    products = yaml.safe_load((ROOT / "data" / "shop" / "products.yaml").read_text(encoding="utf-8"))
    rows = products["products"] if isinstance(products, dict) else products
    return {float(price) for row in rows for price in [row["price"], *row.get("prices", {}).values()]}


def amounts(text: str) -> set[float]:
    return {float(money.replace(",", "")) for money in MONEY.findall(text)}


def test_there_are_enough_articles_in_every_topic() -> None:
    counts = Counter(path.parent.name for path in ARTICLES)
    assert sum(counts.values()) >= 88
    assert set(counts) == TOPICS


def test_ids_are_unique_and_name_their_file() -> None:
    assert len(LOADED) == len(ARTICLES)
    for stem, (_, front, _body) in LOADED.items():
        assert front["id"] == stem
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", stem)


@pytest.mark.parametrize("article", sorted(LOADED))
def test_front_matter_is_complete(article: str) -> None:
    _, front, _ = LOADED[article]
    assert set(front) <= {"id", "title", "questions", "tags", "audience", "updated", "next", "related"}
    assert 5 <= len(front["title"]) <= 70
    assert 15 <= len(front["questions"]) <= 60
    assert all(isinstance(question, str) and len(question) > 8 for question in front["questions"])
    assert len(front["tags"]) >= 2
    assert front["audience"] == "customer"
    assert isinstance(front["updated"], date)


@pytest.mark.parametrize("article", sorted(LOADED))
def test_body_has_the_right_length_and_sections(article: str) -> None:
    _, _, body = LOADED[article]
    words = len(body.split())
    assert (2000 <= words <= 3000) if article in LONG else (80 <= words <= 350)
    assert len(re.findall(r"^## ", body, re.M)) >= 2
    assert "!" not in body
    assert not re.match(r"\s*#", body), "the first words answer, no heading before them"


@pytest.mark.parametrize("article", sorted(LOADED))
def test_next_and_related_lead_to_other_articles(article: str) -> None:
    _, front, _ = LOADED[article]
    steps = front.get("next", [])
    assert all(set(step) == {"title", "article"} and step["title"] for step in steps)
    for target in [step["article"] for step in steps] + front.get("related", []):
        assert target in LOADED, f"{article} names {target}, which does not exist"
        assert target != article


def test_no_question_or_title_stands_in_two_articles() -> None:
    def plain(text: str) -> str:
        return " ".join(re.sub(r"[^\w£]+", " ", text.lower()).split())

    questions = Counter(plain(q) for _, front, _ in LOADED.values() for q in front["questions"])
    titles = Counter(plain(front["title"]) for _, front, _ in LOADED.values())
    assert [text for text, times in (questions + titles).items() if times > 1] == []


@pytest.mark.parametrize("article", sorted(LOADED))
def test_every_amount_is_on_the_fact_sheet_or_a_catalogue_price(article: str) -> None:
    _, _, body = LOADED[article]
    examples = amounts(" ".join(re.findall(r"(?:[Ee]xample|With)[^.]*\.[^.]*\.", body)))
    assert amounts(body) - examples <= amounts(FACTS) | catalogue_prices()


@pytest.mark.parametrize(
    "article", [a for a, (path, _, _) in sorted(LOADED.items()) if path.parent.name in PROMISES and a not in HANDS_ON]
)
def test_every_deadline_of_a_promise_is_on_the_fact_sheet(article: str) -> None:
    _, front, body = LOADED[article]
    assert spans(body) <= spans(FACTS)
    assert spans(front["title"]) <= spans(FACTS)


def test_hours_are_those_of_the_fact_sheet() -> None:
    allowed = set(CLOCK.findall(FACTS))
    for article, (_, _, body) in LOADED.items():
        assert set(CLOCK.findall(body)) <= allowed, article


# What is said -> the only figure that may stand there. Each pattern must be found in at least two articles.
STATED: dict[str, tuple[str, set[str]]] = {
    "standard delivery charge": (r"[Ss]tandard delivery(?: in the UK)?(?: of| \()[^.£|]{0,12}£([\d.]+)", {"3.95"}),
    "delivery to Ireland and the EU": (r"(?:EU|abroad)[^.|\n]{0,60}£(9[\d.]*\d)", {"9.95"}),
    "free delivery": (r"free (?:delivery )?(?:in the UK )?(?:for orders )?from £(\d+)", {"50"}),
    "standard delivery time": (r"[Ss]tandard[^.\n]{0,40}?(\d+ to \d+) working days", {"3 to 5", "5 to 7"}),
    "express cut-off": (r"by (\d\d:\d\d)", {"14:00"}),
    "return period": (r"(?:return|exchange)[a-z]* (?:at no cost |free of charge )?within (?:the )?(\d+) days", {"60"}),
    "label": (r"label[^.]{0,40} valid for (\d+) days", {"30"}),
    "quote of the workshop": (r"quote[^.|]{0,40} valid for (\d+) days", {"14", "30"}),
    "refund time": (r"within (\d+) working days after (?:it |your return )?arriv", {"5"}),
    "warranty": (r"(?:the|has a) (\d+)-year warranty(?! on| against faults in sole)", {"2"}),
    "warranty on seams": (r"[Ss]eams(?: of tents)? (?:\| |have (?:a )?)(\d+)", {"5"}),
    "warranty on soles": (r"[Ss]oles of boots(?: and shoes)? (?:\| |have a )?(\d+)", {"1"}),
    "damage report": (r"(?<!and )[Tt]ell us within (\d+) days of delivery", {"30"}),
    "points": (r"100 points (?:are worth|=) £(\d+)", {"5"}),
    "gift card validity": (r"valid for (\d+) years|(?:runs out, |expires )(\d+) years", {"5"}),
    "groups": (r"(?:[Ff]rom|below) (\d+) pieces", {"10"}),
    "percentage discounts": (r"get (\d+) % off", {"10"}),
    "support hours": (r"Saturday (9:00-\d\d:\d\d)", {"9:00-17:00"}),
    "packing": (r"usually(?: packed)? (\d+) hours after ordering", {"2"}),
    "repair time": (r"[Rr]epair[^.\n]{0,40}takes (\d+) working days", {"10"}),
}


@pytest.mark.parametrize("fact", sorted(STATED))
def test_a_fact_has_one_figure_everywhere(fact: str) -> None:
    pattern, allowed = STATED[fact]
    said = {a: {m[m.lastindex] for m in re.finditer(pattern, body)} for a, (_, _, body) in LOADED.items()}
    said = {article: figures for article, figures in said.items() if figures}
    assert len(said) >= 2, "the pattern finds too little to protect anything"
    assert {a: figures for a, figures in said.items() if not figures <= allowed} == {}


def test_links_and_addresses_are_the_shops_own() -> None:
    hosts = re.compile(r"[\w.@-]*\b[\w-]+\.(?:com|org|net|co\.uk)\b")
    for article, (_, _, body) in LOADED.items():
        for host in hosts.findall(body):
            assert host.endswith("fernhill.example.com"), f"{article}: {host}"
        for mail in re.findall(r"[\w.]+@[\w.-]+\w", body):
            assert mail in FACTS, f"{article}: {mail}"
        for phone in re.findall(r"\b0\d{2,3} \d{3,4} \d{4}\b", body):
            assert phone in FACTS, f"{article}: {phone}"
