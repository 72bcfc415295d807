"""The terms the shop's code works by are the ones its articles tell (docs/shop-facts.md)."""

import re

import pytest
import yaml

from actions.shop import terms
from actions.shop.cases import ANSWER_WORKING_DAYS
from actions.shop.port import Problem
from tests.contracts.shop import DATA

FACTS = (DATA.parents[1] / "docs" / "shop-facts.md").read_text()


def fact(name: str) -> str:
    row = re.search(rf"^\| {re.escape(name)} \| (.*) \|$", FACTS, re.MULTILINE)
    assert row, f"shop-facts.md has no row {name!r}"
    return row[1]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Return period", f"{terms.RETURN_DAYS} days from delivery"),
        ("Return label", f"valid for {terms.LABEL_DAYS} days"),
        ("Delivery charge", f"within {terms.CHARGE_BACK_DAYS} days of delivery"),
        ("Delivery charge", f"the extra for express (£{terms.EXPRESS_EXTRA})"),
        ("Unused gift card", f"within {terms.GIFT_CARD_DAYS} days"),
        ("Wrong, damaged or missing item", f"within {terms.REPORT_DAYS} days of delivery"),
        ("Delivered but not there", f"within {terms.NOT_THERE_DAYS} days"),
        ("Collect in store", f"kept for {terms.STORE_DAYS} days"),
        ("Time", f"within {terms.REFUND_WORKING_DAYS} working days"),
        ("Late", f"when {terms.LATE_WORKING_DAYS} working days have passed"),
        ("Search for a parcel", f"up to {ANSWER_WORKING_DAYS[Problem.NOT_RECEIVED]} working days"),
        ("Answer to a claim", f"within {ANSWER_WORKING_DAYS[Problem.FAULTY]} working days"),
        ("Charged twice", f"within {ANSWER_WORKING_DAYS[Problem.CHARGED_TWICE]} working days"),
        ("Exchange by post", "UK and Ireland"),
        ("Christmas", "bought 1 November to 24 December: until 28 February"),
    ],
)
def test_a_term_is_the_fact(name, said):
    assert said in fact(name)


def test_the_longest_warranty_is_the_one_on_seams():
    assert fact("Tent seams") == f"{terms.WARRANTY_DAYS // 365} years"


def test_the_stores_are_where_the_facts_say():
    for store in yaml.safe_load((DATA / "stores.yaml").read_text()):
        address = f"{store['street']}, {store['town']} {store['postcode']}"
        assert f"| {store['town']} | {address} | {store['phone']} |" in FACTS
