"""The products of a shop and how customers' words find them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

Money = Decimal
"""An amount in pounds with two decimals."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to have a product; None where it comes in one size or one colour only."""

    size: str | None = None
    colour: str | None = None

    def words(self) -> str:
        """'size 42, brown', 'brown', or '' when there is nothing to tell apart."""
        size = f"size {self.size}" if self.size else ""
        return ", ".join(part for part in (size, self.colour) if part)


@dataclass(frozen=True, slots=True)
class Product:
    """What the shop sells. `kind` is what a customer calls it without its name ('tent', 'boots')."""

    id: str
    name: str
    kind: str
    category: str
    price: Money
    sizes: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    about: str = ""
    prices: Mapping[str, Money] = field(default_factory=dict)
    sold_out: tuple[Variant, ...] = ()

    def price_of(self, size: str | None) -> Money:
        """The price of one piece in that size."""
        return self.prices.get(size, self.price) if size else self.price

    def offers(self, variant: Variant) -> bool:
        """True if the product is made in that size and colour, in stock or not."""
        size_fits = variant.size in self.sizes if self.sizes else variant.size is None
        colour_fits = variant.colour in self.colours if self.colours else variant.colour is None
        return size_fits and colour_fits

    def in_stock(self, variant: Variant) -> bool:
        """True if that size and colour can be sent now."""
        return self.offers(variant) and variant not in self.sold_out


def search_products(products: Iterable[Product], query: str) -> tuple[Product, ...]:
    """Products that a customer's words name, the best first; an empty query lists all in the shop's order.

    Naming just a kind finds that kind first; else the name counts most, then synonyms, then the kind. Every word
    of the query must occur somewhere.
    """
    words = _words(query)
    if not words:
        return tuple(products)
    scored = [(_score(product, words), product) for product in products]
    found = [pair for pair in scored if pair[0] > 0]
    return tuple(product for _, product in sorted(found, key=lambda pair: -pair[0]))


def _score(product: Product, words: frozenset[str]) -> int:
    name, kind, colours = _words(product.name), _words(product.kind), _words(" ".join(product.colours))
    synonyms = [_words(synonym) for synonym in product.synonyms]
    known = name | kind | colours | _words(product.category) | frozenset().union(*synonyms)
    if not words <= known:
        return 0
    exact_synonym = max((len(synonym) for synonym in synonyms if synonym <= words), default=0)
    whole_kind = 10 * (words == kind)
    return whole_kind + 6 * len(words & name) + 3 * exact_synonym + 2 * len(words & kind) + 1


def _words(text: str) -> frozenset[str]:
    return frozenset(_singular(word) for word in re.findall(r"[a-z0-9]+", text.casefold()))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
