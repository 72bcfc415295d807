from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from actions.shop.catalogue import Variant
from actions.shop.demo import read_demo
from actions.variants import offered_variants, read_variant

DEMO = read_demo(Path(__file__).parents[2] / "data" / "shop", date(2026, 6, 3))
PRODUCTS = {product.id: product for product in DEMO.products}
ORDER = next(order for order in DEMO.fresh_orders() if order.number == "1003")
BOOTS = next(line for line in ORDER.lines if line.product_id == "crag-mid")
CRAG_MID = PRODUCTS["crag-mid"]


@pytest.mark.parametrize(
    ("words", "variant"),
    [
        ("size 41 please", Variant("41", "brown")),
        ("in grey", Variant("39", "grey")),
        ("42 grey", Variant("42", "grey")),
        ("not 39 but 40", Variant("40", "brown")),
        ("one size bigger", Variant("40", "brown")),
        ("they are too big", Variant("38", "brown")),
        ("size 39 brown", None),
        ("something else", None),
        ("size 99", None),
        ("order 1041", None),
    ],
)
def test_the_wanted_size_and_colour_are_read(words: str, variant: Variant | None) -> None:
    assert read_variant(words, BOOTS, CRAG_MID) == variant


def test_only_what_can_be_sent_is_offered_nearest_sizes_first() -> None:
    offered = offered_variants(BOOTS, CRAG_MID)
    assert offered[:2] == ["Size 38", "Size 40"]
    assert "Grey" in offered
    assert "Size 39" not in offered
    assert len(offered) <= 5
