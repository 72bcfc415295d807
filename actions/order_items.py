"""Which items of an order a customer means by their words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from actions.quick_replies import QuickReply, button
from actions.shop.catalogue import Product
from actions.shop.phrases import item_words
from actions.shop.port import LineQuantity, Order, OrderLine, ShopPort
from actions.talk import Talk

ALL_OF_IT = "All of it"
_ALL = re.compile(r"\b(all|everything|both|whole|entire|complete|the lot)\b", re.IGNORECASE)
_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
_NUMBERS = frozenset(str(number) for number in range(10))
_WORD = re.compile(r"[a-z0-9]+")


async def products_by_id(talk: Talk, shop: ShopPort) -> Mapping[str, Product]:
    """The catalogue, read once a turn."""
    if "products" not in talk.turn.remembered:
        talk.turn.remembered["products"] = {product.id: product for product in await shop.products()}
    known: Mapping[str, Product] = talk.turn.remembered["products"]
    return known


def choose(
    order: Order, offered: Sequence[LineQuantity], words: str, products: Mapping[str, Product]
) -> tuple[LineQuantity, ...]:
    """The offered items that the words name; none if they name none or leave a choice open."""
    if len(offered) == 1 or _ALL.search(words):
        return tuple(offered)
    said = _words(words)
    ordinal = next((place for name, place in _ORDINALS.items() if name in said), None)
    if ordinal is not None and ordinal < len(offered):
        return (offered[ordinal],)
    lines = [(item, order.line(item.line)) for item in offered]
    scored = [(_score(line, said, products), item) for item, line in lines if line]
    best = max((score for score, _ in scored), default=0.0)
    named = tuple(item for score, item in scored if score == best)
    return named if best > 0 and len(named) == 1 else ()


def mentions(order: Order, words: str, products: Mapping[str, Product]) -> bool:
    """Whether the words name something that is in the order."""
    said = _words(words)
    return any(_told(line, said, products) > 0 for line in order.lines)


def as_terms(items: Iterable[LineQuantity]) -> list[list[int]]:
    """Items as plain values."""
    return [[item.line, item.quantity] for item in items]


def from_terms(lines: Iterable[Sequence[int]]) -> tuple[LineQuantity, ...]:
    """The same back."""
    return tuple(LineQuantity(int(line), int(quantity)) for line, quantity in lines)


def whole(order: Order) -> tuple[LineQuantity, ...]:
    """Everything in an order."""
    return tuple(LineQuantity(line.line, line.quantity) for line in order.lines)


def buttons(order: Order, offered: Iterable[LineQuantity], every: bool = True) -> list[QuickReply]:
    """One button an item, and one for all of them where that makes sense."""
    lines = [line for item in offered if (line := order.line(item.line))]
    named = [button(item_words(line, 1), "inform", product=line.name) for line in lines]
    return [*named, button(ALL_OF_IT, "inform", product="all")] if every and len(named) > 1 else named


def _score(line: OrderLine, said: frozenset[str], products: Mapping[str, Product]) -> float:
    return _told(line, said, products) + len(said & _words(line.variant.words())) * 0.5


def _told(line: OrderLine, said: frozenset[str], products: Mapping[str, Product]) -> float:
    """How well the words name the product, its size and colour aside."""
    product = products.get(line.product_id)
    synonyms = [_words(synonym) for synonym in (product.synonyms if product else ())]
    named = len(said & (_words(line.name) - _NUMBERS)) * 3.0
    kind = len(said & _words(line.kind)) * 2.0
    return named + kind + max((2.0 * len(words) for words in synonyms if words <= said), default=0.0)


def _words(text: str) -> frozenset[str]:
    found = _WORD.findall(text.casefold())
    return frozenset(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in found)
