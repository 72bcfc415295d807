from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from actions.order_items import as_terms, choose, from_terms, whole
from actions.shop.demo import read_demo
from actions.shop.order import Order

DEMO = read_demo(Path(__file__).parents[2] / "data" / "shop", date(2026, 6, 3))
PRODUCTS = {product.id: product for product in DEMO.products}
BOOTS_AND_SOCKS = next(order for order in DEMO.fresh_orders() if order.number == "1003")


def named(words: str, order: Order = BOOTS_AND_SOCKS) -> list[str]:
    return [order.line(item.line).name for item in choose(order, whole(order), words, PRODUCTS)]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("the boots", ["Crag Mid"]),
        ("my hiking boots are too small", ["Crag Mid"]),
        ("socks", ["Tramp Socks"]),
        ("Crag Mid boots (size 39, brown)", ["Crag Mid"]),
        ("all of it", ["Crag Mid", "Tramp Socks"]),
        ("both please", ["Crag Mid", "Tramp Socks"]),
        ("the second one", ["Tramp Socks"]),
        ("something", []),
        ("", []),
    ],
)
def test_items_are_found_by_the_customers_words(words: str, names: list[str]) -> None:
    assert named(words) == names


def test_the_only_item_needs_no_words() -> None:
    single = next(order for order in DEMO.fresh_orders() if len(order.lines) == 1)
    assert len(choose(single, whole(single), "", PRODUCTS)) == 1


def test_what_was_agreed_survives_as_plain_values() -> None:
    items = whole(BOOTS_AND_SOCKS)
    assert from_terms(as_terms(items)) == items
