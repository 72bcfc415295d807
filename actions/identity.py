"""Whose order it is: number and e-mail address belong together, or a signed identity vouches for the customer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from actions.order_items import mentions, products_by_id
from actions.shop.phrases import short_title
from actions.shop.port import Order, ShopPort
from actions.shop.wording import state_words
from actions.talk import Talk
from actions.wish import Wish

MOST_CHOICES = 5
_LATEST = re.compile(r"\b(?:latest|last|newest|most recent)\b.*\b(?:order|purchase)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Identity:
    """Either the proved order, or what to ask next; `wrong` if what was given does not belong together."""

    order: Order | None = None
    ask: str | None = None
    wrong: bool = False
    choices: tuple[Order, ...] = ()


async def identify(talk: Talk, shop: ShopPort, wish: Wish) -> Identity:
    """The order the customer speaks of, if their right to it is proved. Never says whether the number or the
    address was wrong: both look the same from outside."""
    number, email = order_number(talk), email_address(talk)
    if number and number == talk.slot("verified_order"):
        return Identity(order=await shop.order(number))
    if talk.turn.verified_email:
        own = await _own_order(talk, shop, wish, number)
        if own.order or own.choices:
            return own
    if not number:
        return Identity(ask="order_number")
    if not email:
        return Identity(ask="email")
    found = await shop.find_order(number, email)
    return Identity(order=found) if found else Identity(ask="order_number", wrong=True)


async def _own_order(talk: Talk, shop: ShopPort, wish: Wish, number: str | None) -> Identity:
    orders = await orders_of_verified(talk, shop)
    if number:
        return Identity(order=next((order for order in orders if order.number == number), None))
    likely = [order for order in orders if wish.likely(order)] or list(orders)
    words = str(talk.slot("wish_text") or "")
    if _LATEST.search(words):
        likely = likely[:1]
    products = await products_by_id(talk, shop)
    named = [order for order in likely if mentions(order, words, products)]
    sure = named if named or names_product(talk) else likely
    if len(sure) == 1:
        return Identity(order=sure[0])
    return Identity(ask="order_number", choices=tuple((named or likely)[:MOST_CHOICES]))


def names_product(talk: Talk) -> bool:
    """Whether the wish was about a certain product: an order without it is not the one that is meant."""
    return bool(talk.slot("product")) and bool(talk.slot("wish_text"))


def order_label(order: Order) -> str:
    """An order on a button: '1042: Ridgeline 2 tent, on its way'."""
    return f"{order.number}: {short_title(order)}, {state_words(order)}"


async def orders_of_verified(talk: Talk, shop: ShopPort) -> tuple[Order, ...]:
    """All orders of the customer a signed identity vouches for, newest first; none for anybody else."""
    email = talk.turn.verified_email
    customer = await shop.customer_by_email(email) if email else None
    return await shop.orders_of(customer.ref) if customer else ()


def order_number(talk: Talk) -> str | None:
    """The order number as digits; of several in one message the first."""
    value = talk.slot("order_number")
    value = value[0] if isinstance(value, list) and value else value
    digits = re.sub(r"\D", "", str(value)) if value else ""
    return digits or None


def email_address(talk: Talk) -> str | None:
    """The address given in this dialogue, or else the one the customer gave before."""
    value = talk.slot("email")
    value = value[0] if isinstance(value, list) and value else value
    return str(value or talk.turn.customer.get("email") or "").strip().lower() or None
