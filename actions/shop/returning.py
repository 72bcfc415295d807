"""Sending goods back and swapping them: what may come back, until when, and for how much. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from actions.shop.catalogue import Money, Product, Variant
from actions.shop.errors import OrderChangeRefused, Refusal
from actions.shop.order import DeliveryMethod, LineQuantity, Order, OrderLine, Return, ReturnKind
from actions.shop.phrases import amount_in_words, day_in_words, in_a_row, line_is_plural, product_words
from actions.shop.terms import (
    CHARGE_BACK_DAYS,
    EXCHANGE_BY_POST,
    EXPRESS_EXTRA,
    GIFT_CARD_DAYS,
    LABEL_DAYS,
    RETURN_DAYS,
    label_url,
)

_CENT = Decimal("0.01")


def start_return(order: Order, lines: Sequence[LineQuantity], reason: str, today: date) -> tuple[Order, Return]:
    """The order with a return announced, and the return; no lines mean all that may still come back."""
    contents = _checked(order, lines or _all_returnable(order, today), today)
    amount = refund_for(order, contents, today)
    if amount <= 0:
        raise OrderChangeRefused(Refusal.ALREADY_RETURNED, f"Order {order.number} has been refunded already.")
    announced = _announce(order, ReturnKind.REFUND, contents, reason=reason, today=today, amount=amount)
    return replace(order, returns=(*order.returns, announced)), announced


def start_exchange(
    order: Order, product: Product | None, line_number: int, wanted: Variant, *, reason: str, today: date
) -> tuple[Order, Return]:
    """The order with an exchange announced, and the return that brings the old piece back."""
    line = order.line(line_number)
    if line is None:
        raise OrderChangeRefused(Refusal.UNKNOWN_LINE, f"Order {order.number} has no such item.")
    contents = _checked(order, [LineQuantity(line_number, 1)], today)
    if order.address.country not in EXCHANGE_BY_POST:
        message = (
            f"From {order.address.country} we cannot exchange by post. Please send it back free of charge and order "
            "the other one; we refund the delivery charge of the new order."
        )
        raise OrderChangeRefused(Refusal.NOT_EXCHANGEABLE, message)
    variant = Variant(wanted.size or line.size, wanted.colour or line.colour)
    _require_variant(line, product, variant)
    announced = _announce(
        order, ReturnKind.EXCHANGE, contents, reason=reason or "exchange", today=today, amount=Decimal("0.00")
    )
    announced = replace(announced, exchange_for=variant)
    return replace(order, returns=(*order.returns, announced)), announced


def returnable(order: Order, today: date) -> tuple[LineQuantity, ...]:
    """What has arrived, is not on its way back and is still within its period."""
    items = (LineQuantity(line.line, _pieces_here(order, line)) for line in order.lines)
    return tuple(item for item in items if item.quantity > 0 and today <= return_until(order, item.line))


def return_until(order: Order, line_number: int) -> date:
    """The last day on which a line may come back; `date.min` while it has not arrived.

    60 days from delivery; bought between 1 November and 24 December: at least until 28 February.
    """
    days = [s.delivered_on for s in order.shipments if s.delivered_on and _holds(s.contents, line_number)]
    line = order.line(line_number)
    if not days or line is None:
        return date.min
    if line.kind == "gift card":
        return max(days) + timedelta(days=GIFT_CARD_DAYS)
    until = max(days) + timedelta(days=RETURN_DAYS)
    placed = order.placed_on
    as_present = (11, 1) <= (placed.month, placed.day) <= (12, 24)
    return max(until, date(placed.year + 1, 2, 28)) if as_present else until


def refund_for(order: Order, contents: Sequence[LineQuantity], today: date) -> Money:
    """What comes back for these pieces: their price less their share of a discount, and the standard delivery charge
    if the whole order is announced within 14 days of delivery; never more than is left of what was paid."""
    goods = sum((line.total for line in order.lines), Decimal(0))
    pieces = {line.line: line.unit_price for line in order.lines}
    value = sum((pieces[item.line] * item.quantity for item in contents), Decimal(0))
    share = (order.discount * value / goods).quantize(_CENT) if goods else Decimal(0)
    amount = value - share
    arrived = order.delivered_on
    if value == goods and arrived and today - arrived <= timedelta(days=CHARGE_BACK_DAYS):
        express = order.delivery is DeliveryMethod.EXPRESS
        amount += order.delivery_charge - (EXPRESS_EXTRA if express else Decimal(0))
    left = order.total - sum((refund.amount for refund in order.refunds), Decimal(0))
    return min(amount, left).quantize(_CENT)


def _announce(
    order: Order, kind: ReturnKind, contents: tuple[LineQuantity, ...], *, reason: str, today: date, amount: Money
) -> Return:
    number = f"R{order.number}-{len(order.returns) + 1}"
    send_by = today + timedelta(days=LABEL_DAYS)
    return Return(number, order.number, kind, contents, reason, today, send_by, label_url(number), amount)


def _all_returnable(order: Order, today: date) -> tuple[LineQuantity, ...]:
    items = returnable(order, today)
    return items or tuple(LineQuantity(line.line, line.quantity) for line in order.lines)


def _checked(order: Order, lines: Sequence[LineQuantity], today: date) -> tuple[LineQuantity, ...]:
    if order.cancelled_on:
        raise OrderChangeRefused(Refusal.ALREADY_CANCELLED, f"Order {order.number} was cancelled; nothing was sent.")
    wanted: dict[int, int] = {}
    for item in lines:
        wanted[item.line] = wanted.get(item.line, 0) + item.quantity
    for number, quantity in wanted.items():
        _require_returnable(order, number, quantity, today)
    return tuple(LineQuantity(number, quantity) for number, quantity in wanted.items())


def _require_returnable(order: Order, number: int, quantity: int, today: date) -> None:
    line = order.line(number)
    if line is None or not 0 < quantity <= line.quantity:
        raise OrderChangeRefused(Refusal.UNKNOWN_LINE, f"Order {order.number} has no such item.")
    name, until = product_words(line), return_until(order, number)
    if until == date.min:
        have, it = ("have", "they are") if line_is_plural(line) else ("has", "it is")
        message = f"The {name} {have} not arrived yet. I can make you a return label once {it} with you."
        raise OrderChangeRefused(Refusal.NOT_DELIVERED_YET, message)
    if quantity > _pieces_here(order, line):
        message = f"A return of the {name} is announced already."
        raise OrderChangeRefused(Refusal.ALREADY_RETURNED, message)
    if today > until:
        last = day_in_words(until, today)
        if line.kind == "gift card":
            message = f"A gift card can be given back within {GIFT_CARD_DAYS} days; that ended on {last}."
            raise OrderChangeRefused(Refusal.NOT_RETURNABLE, message)
        message = f"The {name} could be sent back until {last}. I am sorry, that time is over."
        raise OrderChangeRefused(Refusal.PERIOD_OVER, message)


def _pieces_here(order: Order, line: OrderLine) -> int:
    arrived = sum(_holds(s.contents, line.line) for s in order.shipments if s.delivered_on)
    return arrived - sum(_holds(item.contents, line.line) for item in order.returns)


def _holds(contents: Sequence[LineQuantity], line_number: int) -> int:
    return sum(item.quantity for item in contents if item.line == line_number)


def _require_variant(line: OrderLine, product: Product | None, variant: Variant) -> None:
    name, be = product_words(line), "are" if line_is_plural(line) else "is"
    if product is None or not (product.sizes or product.colours) or line.kind == "gift card":
        raise OrderChangeRefused(
            Refusal.NOT_EXCHANGEABLE, f"The {name} cannot be exchanged for another one of its kind."
        )
    if variant == line.variant:
        raise OrderChangeRefused(Refusal.SAME_VARIANT, f"That is the {name} you have already.")
    if not product.offers(variant):
        made = "; ".join(in_a_row(choice, "or") for choice in (product.sizes, product.colours) if choice)
        raise OrderChangeRefused(Refusal.UNKNOWN_VARIANT, f"The {name} {be} not made like that. There is: {made}.")
    if not product.in_stock(variant):
        message = (
            f"The {name} in {variant.words()} {be} sold out at present. You can return yours and get "
            f"{amount_in_words(line.unit_price)} back, or ask us again within 14 days."
        )
        raise OrderChangeRefused(Refusal.SOLD_OUT, message)
