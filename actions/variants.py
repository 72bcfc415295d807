"""Sizes and colours: which one a customer asks for, and which to offer."""

from __future__ import annotations

import re

from actions.shop.catalogue import Product, Variant
from actions.shop.port import OrderLine

MOST_OFFERED = 5
_BIGGER = re.compile(r"\b(bigger|larger|size up|one up|too small|too tight)\b", re.IGNORECASE)
_SMALLER = re.compile(r"\b(smaller|size down|one down|too big|too large|too loose)\b", re.IGNORECASE)


def read_variant(words: str, line: OrderLine, product: Product) -> Variant | None:
    """The size and colour the words name, the rest as it was; None if they name nothing other than what it was."""
    size = _named(words, product.sizes, line.size) or _step(words, line, product)
    colour = _named(words, product.colours, line.colour)
    wanted = Variant(size or line.size, colour or line.colour)
    return wanted if wanted != line.variant else None


def named_variant(words: str, product: Product) -> Variant:
    """The size and colour the words name, each None if they name none."""
    return Variant(_named(words, product.sizes, None), _named(words, product.colours, None))


def offered_variants(line: OrderLine, product: Product) -> list[str]:
    """Other sizes, nearest first, then other colours; only what can be sent now."""
    at = product.sizes.index(line.size) if line.size in product.sizes else 0
    near = sorted(product.sizes, key=lambda size: abs(product.sizes.index(size) - at))
    sizes = [f"Size {size}" for size in near if size != line.size and product.in_stock(Variant(size, line.colour))]
    colours = [
        colour.capitalize()
        for colour in product.colours
        if colour != line.colour and product.in_stock(Variant(line.size, colour))
    ]
    room = max(MOST_OFFERED - len(colours), 2)
    return (sizes[:room] + colours)[:MOST_OFFERED]


def _named(words: str, choices: tuple[str, ...], present: str | None) -> str | None:
    """The last choice named: 'not 42 but 43' asks for 43. The present one counts only if nothing else is named."""
    found = [
        (match.start(), choice)
        for choice in choices
        if choice != present
        for match in re.finditer(rf"(?<![\w.]){re.escape(choice)}(?![\w.])", words, re.IGNORECASE)
    ]
    return max(found)[1] if found else None


def _step(words: str, line: OrderLine, product: Product) -> str | None:
    if line.size not in product.sizes:
        return None
    at = product.sizes.index(line.size)
    if _BIGGER.search(words):
        at += 1
    elif _SMALLER.search(words):
        at -= 1
    else:
        return None
    return product.sizes[at] if 0 <= at < len(product.sizes) else None
