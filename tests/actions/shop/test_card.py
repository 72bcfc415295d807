import re

import pytest

from actions.shop.card import COLLECT_STEPS, STEPS
from actions.shop.port import DeliveryMethod, Order, OrderState
from actions.shop.wording import order_card
from tests.contracts.shop import TODAY, demo

ORDERS = demo().fresh_orders()
STEP = {
    OrderState.PLACED: {1},
    OrderState.PAID: {1},
    OrderState.PACKED: {2, 3},
    OrderState.PARTLY_SHIPPED: {3},
    OrderState.SHIPPED: {3},
    OrderState.DELAYED: {1, 3},
    OrderState.OUT_FOR_DELIVERY: {3},
    OrderState.DELIVERED: {4},
    OrderState.LOST: {3},
    OrderState.RETURNED: {4},
    OrderState.REFUNDED: {3, 4},
    OrderState.CANCELLED: {1, 3},
}


@pytest.mark.parametrize("state", list(OrderState))
def test_every_order_has_a_card(state):
    for order in (order for order in ORDERS if order.state is state):
        _check(order)


def _check(order: Order) -> None:
    card = order_card(order, TODAY)
    collected = order.delivery is DeliveryMethod.COLLECT
    assert (card["type"], card["order_number"], card["state"]) == ("order", order.number, order.state.value)
    assert card["steps"] == list(COLLECT_STEPS if collected else STEPS)
    assert card["step"] in STEP[order.state]
    assert 0 < len(card["title"]) <= 80
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", card["date"])
    assert re.fullmatch(r"[A-Z][a-z]+day \d{1,2} [A-Z][a-z]+( \d{4})?", card["date_text"])
    assert card["date_label"]
    if card["link"]:
        assert set(card["link"]) == {"title", "url"}
        assert card["link"]["url"].startswith("https://")


def test_the_card_of_the_blue_tent():
    tent = next(order for order in ORDERS if order.number == "1042")
    assert order_card(tent, TODAY) == {
        "type": "order",
        "order_number": "1042",
        "title": "Ridgeline 2 tent",
        "state": "shipped",
        "state_label": "On its way",
        "step": 3,
        "steps": ["Placed", "Packed", "On its way", "Delivered"],
        "date_label": "Expected by",
        "date": "2026-06-05",
        "date_text": "Friday 5 June",
        "link": {"title": "Track the parcel", "url": tent.shipments[0].tracking_url},
    }


@pytest.mark.parametrize(
    ("number", "label", "text", "link"),
    [
        ("1029", "New date", "Saturday 6 June", "Track the parcel"),
        ("1003", "Delivered", "Friday 22 May", "Track the parcel"),
        ("1038", "Delivered", "Wednesday 20 May", "Return label"),
        ("1055", "Looked for until", "Friday 5 June", "Track the parcel"),
        ("1019", "Refund due by", "Monday 8 June", None),
        ("1076", "Refund was due by", "Wednesday 27 May", None),
        ("1014", "Refunded", "Wednesday 13 May", None),
        ("1022", "Cancelled", "Friday 29 May", None),
        ("10457", "Kept until", "Friday 12 June", None),
    ],
)
def test_the_date_and_the_link_fit_the_state(number, label, text, link):
    card = order_card(next(order for order in ORDERS if order.number == number), TODAY)
    assert (card["date_label"], card["date_text"]) == (label, text)
    assert (card["link"] or {}).get("title") == link
