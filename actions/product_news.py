"""What the shop sells, in which sizes and colours, and whether it can be sent now: from the catalogue itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions.answering import (
    CLOSE,
    MAX_NEXT,
    AnswerQuestion,
    answered,
    likely,
    look_up,
    said_just_now,
    show_closest,
)
from actions.quick_replies import QuickReply, article, button
from actions.services import services
from actions.shop.catalogue import Product, Variant
from actions.shop.phrases import amount_in_words, in_a_row
from actions.shop.port import ShopUnavailable
from actions.talk import Talk
from actions.variants import named_variant

SHOWN = 6
CATALOGUE = "utter_from_catalogue"
_WEIGHT = re.compile(r"\b(?:heavy|heavier|weighs?|weight|light|lighter|kgs?|kilos?|grams?)\b", re.IGNORECASE)
_KILOGRAMS = re.compile(r"\d\s?k?g\b")
_PRICE = re.compile(r"\b(?:how much|price|prices|cost|costs|expensive|cheap)\b|£", re.IGNORECASE)


class TellStock(AnswerQuestion):
    """Do you have it, in my size, in blue."""

    action_name = "action_stock"

    async def act(self, talk: Talk) -> None:
        """The catalogue for what it names, the knowledge base for everything else."""
        if not await told_of_products(talk):
            await super().act(talk)


class AdviseOnProduct(AnswerQuestion):
    """Advice about a product; what it costs and weighs is in the catalogue."""

    action_name = "action_product_question"

    async def act(self, talk: Talk) -> None:
        """The knowledge base for advice, the catalogue for prices and weights; where no article is likely to know, all
        that the catalogue says of the product is shown, as no more than that."""
        text = talk.heard.text
        if _PRICE.search(text) and await told_of_products(talk):
            return
        heavy, answer = _WEIGHT.search(text) is not None, look_up(talk, text)
        if likely(answer) and not heavy:
            await super().act(talk)
            return
        named = await products_named(talk)
        known = product_text(named[0], "") if len(named) == 1 and named[0].about else ""
        if known and heavy and _KILOGRAMS.search(named[0].about):
            talk.tell(known)
            answered(talk, text, None)
        elif not known or likely(answer) or said_just_now(talk, known):
            await super().act(talk)
        else:
            others = answer.also[:MAX_NEXT] if answer and answer.confidence >= CLOSE else ()
            shown = [article(source.title, source.article_id) for source in others]
            show_closest(talk, text, known, shown, lead=CATALOGUE)


async def told_of_products(talk: Talk) -> bool:
    """Tell of the products a message names; False if it names none."""
    products = await products_named(talk)
    if not products:
        return False
    if len(products) == 1:
        talk.tell(product_text(products[0], talk.heard.text))
    else:
        talk.tell(list_text(products), replies=product_buttons(products))
    answered(talk, talk.heard.text, None)
    return True


async def products_named(talk: Talk) -> tuple[Product, ...]:
    """Products by the name or kind in the message, the best first; none if the shop cannot be asked."""
    shop = services().shop
    entities = talk.tracker.latest_message.get("entities") or []
    names = [str(item["value"]) for item in entities if item.get("entity") == "product"]
    if shop is None or not names:
        return ()
    try:
        found = await shop.products(names[0])
    except ShopUnavailable:
        return ()
    exact = tuple(product for product in found if product.name.casefold() == names[0].casefold())
    return exact or found


def product_text(product: Product, words: str) -> str:
    """Price and what of it can be sent now; first the very size and colour asked for."""
    wanted = named_variant(words, product)
    title = (
        f"{product.name} ({product.kind})" if product.kind.casefold() not in product.name.casefold() else product.name
    )
    if wanted.size or wanted.colour:
        return f"{title}: {variant_text(product, wanted)}"
    price = price_words(product)
    sizes = [size for size in product.sizes if any(product.in_stock(v) for v in variants(product, size))]
    parts = [f"{title}: {price}."]
    if sizes:
        parts.append(f"Sizes in stock: {', '.join(sizes)}.")
    if product.colours:
        parts.append(f"Colours: {in_a_row(list(product.colours))}.")
    if product.about:
        parts.append(product.about)
    return " ".join(parts)


def variant_text(product: Product, wanted: Variant) -> str:
    """'size 42, brown is in stock, £149.00.'"""
    possible = [v for size in (product.sizes or (None,)) for v in variants(product, size) if fits(v, wanted)]
    ready = [v for v in possible if product.in_stock(v)]
    words = wanted.words()
    if ready:
        return f"{words} is in stock, {amount_in_words(product.price_of(wanted.size))}."
    return f"{words} is sold out at the moment."


def list_text(products: Sequence[Product]) -> str:
    """Names and prices, the rest counted."""
    lines = [f"- {product.name}, {product.kind}, {price_words(product)}" for product in products[:SHOWN]]
    if len(products) > SHOWN:
        lines.append(f"- and {len(products) - SHOWN} more in the shop")
    return "\n".join(["We have:", *lines])


def product_buttons(products: Sequence[Product]) -> list[QuickReply]:
    """The first few by name."""
    return [button(product.name, "ask_stock", product=product.name) for product in products[:4]]


def price_words(product: Product) -> str:
    """'£149.00', or 'from £34.00' where the size decides."""
    lowest = min([product.price, *product.prices.values()])
    return f"from {amount_in_words(lowest)}" if product.prices else amount_in_words(product.price)


def variants(product: Product, size: str | None) -> list[Variant]:
    """Every colour of a size."""
    return [Variant(size, colour) for colour in (product.colours or (None,))]


def fits(variant: Variant, wanted: Variant) -> bool:
    """Whether a variant has the size and colour asked for, as far as they were."""
    return wanted.size in (None, variant.size) and wanted.colour in (None, variant.colour)
