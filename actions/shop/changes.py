"""Cancelling an order and sending it elsewhere: what is allowed and what the order is afterwards. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from actions.shop.errors import OrderChangeRefused, Refusal
from actions.shop.order import Address, DeliveryMethod, Order, OrderState, Refund, RefundReason
from actions.shop.phrases import day_in_words
from actions.shop.terms import REFUND_WORKING_DAYS, SERVED, STORE_DAYS
from actions.shop.working_days import add_working_days

_COUNTRY_NAMES = dict.fromkeys(
    ("", "uk", "u.k.", "gb", "great britain", "england", "scotland", "wales", "northern ireland"), "United Kingdom"
)
_PO_BOX = re.compile(r"\bp\.?\s?o\.?\s?box\b", re.IGNORECASE)
_LONGEST_FIELD = 120
_IF_NOBODY_IS_IN = (
    "If nobody is in, the carrier tries twice and then keeps it at a parcel shop near the address for 5 working days."
)


def cancel(order: Order, reason: str, today: date) -> Order:
    """The order cancelled, with a refund if its money has been taken; raises `OrderChangeRefused`."""
    _require_open(order, today, "stop it", "You can send it back free of charge when it is with you.")
    refunds = order.refunds
    if money_taken(order):
        number = f"F{order.number}-{len(refunds) + 1}"
        due_on = add_working_days(today, REFUND_WORKING_DAYS)
        refund = Refund(number, order.total, order.payment_method, RefundReason.CANCELLED, today, due_on)
        refunds = (*refunds, refund)
    return replace(
        order,
        state=OrderState.CANCELLED,
        cancelled_on=today,
        cancel_reason=reason or None,
        expected_on=None,
        trouble=None,
        refunds=refunds,
    )


def money_taken(order: Order) -> bool:
    """Whether the customer has paid already: a card is charged only when the first parcel leaves."""
    at_once = order.payment_method in {"PayPal", "pay in 3", "gift card"}
    return order.total > 0 and (bool(order.shipments) or (at_once and order.state is not OrderState.PLACED))


def change_address(order: Order, address: Address, today: date) -> Order:
    """The order with its new address; raises `OrderChangeRefused`."""
    if order.delivery in {DeliveryMethod.COLLECT, DeliveryMethod.EMAIL}:
        collected = f"is to be collected in our {order.address.town} store"
        how = collected if order.delivery is DeliveryMethod.COLLECT else "comes by e-mail"
        raise OrderChangeRefused(Refusal.NO_DELIVERY, f"Order {order.number} {how}, so it has no delivery address.")
    _require_open(order, today, "send it elsewhere", _IF_NOBODY_IS_IN)
    return replace(order, address=_checked(order, address))


def _checked(order: Order, address: Address) -> Address:
    values = {name: " ".join(getattr(address, name).split()) for name in ("name", "street", "town", "postcode")}
    values["name"] = values["name"] or order.address.name
    if not all(values.values()) or any(len(value) > _LONGEST_FIELD for value in values.values()):
        message = "I need the whole address: street and house number, town and postcode."
        raise OrderChangeRefused(Refusal.INCOMPLETE_ADDRESS, message)
    if _PO_BOX.search(values["street"]):
        message = "Our carriers cannot deliver to PO boxes. Please give me a street address."
        raise OrderChangeRefused(Refusal.ADDRESS_NOT_SERVED, message)
    named = address.country.strip()
    country = _COUNTRY_NAMES.get(named.casefold(), named.title())
    if country not in SERVED:
        message = f"I am sorry, we do not deliver to {country}; only to the UK, Ireland and the EU."
        raise OrderChangeRefused(Refusal.ADDRESS_NOT_SERVED, message)
    if country != order.address.country:
        message = "To another country the delivery charge differs. Please cancel this order and place it again."
        raise OrderChangeRefused(Refusal.ADDRESS_NOT_SERVED, message)
    return Address(**values, country=country)


def _require_open(order: Order, today: date, what: str, instead: str) -> None:
    if order.open_to_changes:
        return
    number, told = order.number, f"so I cannot {what} any more."
    if order.cancelled_on:
        day = day_in_words(order.cancelled_on, today)
        raise OrderChangeRefused(Refusal.ALREADY_CANCELLED, f"Order {number} was cancelled on {day}.")
    if order.delivered_on:
        day = day_in_words(order.delivered_on, today)
        raise OrderChangeRefused(Refusal.ALREADY_DELIVERED, f"Order {number} was delivered on {day}, {told}")
    if order.state is OrderState.LOST:
        raise OrderChangeRefused(Refusal.ALREADY_SHIPPED, f"The parcel of order {number} got lost on its way, {told}")
    if order.shipments:
        message = f"Order {number} has left our warehouse already, {told} {instead}"
        raise OrderChangeRefused(Refusal.ALREADY_SHIPPED, message)
    if order.delivery is DeliveryMethod.COLLECT:
        instead = f"If you do not collect it, it is cancelled after {STORE_DAYS} days and refunded."
    raise OrderChangeRefused(Refusal.ALREADY_PACKED, f"Order {number} is packed already, {told} {instead}")
