"""docs/demo-orders.md names orders that are there and in the state it says."""

import re

from actions.shop.port import OrderState
from tests.contracts.shop import DATA, TODAY, demo

PAGE = DATA.parents[1] / "docs" / "demo-orders.md"


def test_the_page_names_20_orders_of_every_state_with_their_emails():
    orders = {order.number: order for order in demo().fresh_orders()}
    rows = re.findall(r"^\| (\d+) \| (\S+) \| ([a-z ]+) \|", PAGE.read_text(), re.MULTILINE)
    assert len(rows) == 20
    for number, email, state in rows:
        assert (orders[number].email, orders[number].state.value.replace("_", " ")) == (email, state), number
    assert {state for _, _, state in rows} == {state.value.replace("_", " ") for state in OrderState}


def test_what_the_page_says_of_days_is_true():
    orders = {order.number: order for order in demo().fresh_orders()}
    days = {number: (TODAY - orders[number].delivered_on).days for number in ("1003", "1011", "1059")}
    assert days["1003"] == 12
    assert days["1011"] == 1
    assert days["1059"] > 60
    assert (orders["1042"].expected_on - TODAY).days == 2
