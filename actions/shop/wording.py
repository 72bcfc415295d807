"""How an order is told to a customer: pure functions from an order to a few plain sentences.

Trouble is named before the facts. Every text stands by itself and asks nothing, so that an action can join several.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from actions.shop.card import order_card
from actions.shop.change_wording import (
    address_changed_text,
    cancelled_text,
    case_text,
    exchange_text,
    invoice_text,
    return_started_text,
)
from actions.shop.order import DeliveryMethod, Order, OrderState, Shipment, ShipmentStatus
from actions.shop.phrases import (
    amount_in_words,
    contents_words,
    count_in_words,
    day_in_words,
    is_plural,
    item_words,
    on_day,
    short_title,
)
from actions.shop.refund_wording import payment_words, refund_text, refunds_text, return_text, returns_text
from actions.shop.terms import STORE_DAYS

__all__ = [
    "address_changed_text",
    "cancelled_text",
    "case_text",
    "delivery_date_text",
    "exchange_text",
    "invoice_text",
    "list_text",
    "named",
    "order_card",
    "order_line_text",
    "payment_words",
    "refund_text",
    "refunds_text",
    "return_started_text",
    "return_text",
    "returns_text",
    "state_words",
    "status_text",
    "tracking_text",
]

_SORRY = "and I am sorry about that."
_STATE_WORDS = {
    OrderState.PLACED: "waiting for payment",
    OrderState.PAID: "being prepared",
    OrderState.PACKED: "packed",
    OrderState.PARTLY_SHIPPED: "partly on its way",
    OrderState.SHIPPED: "on its way",
    OrderState.DELAYED: "delayed",
    OrderState.OUT_FOR_DELIVERY: "out for delivery",
    OrderState.DELIVERED: "delivered",
    OrderState.LOST: "lost on its way",
    OrderState.RETURNED: "returned",
    OrderState.REFUNDED: "refunded",
    OrderState.CANCELLED: "cancelled",
}


def state_words(order: Order) -> str:
    """Its state in a word or three: 'on its way'."""
    if order.delivery is DeliveryMethod.COLLECT:
        waiting = {OrderState.PACKED: "ready to collect", OrderState.DELIVERED: "collected"}
        return waiting.get(order.state, _STATE_WORDS[order.state])
    return _STATE_WORDS[order.state]


def named(order: Order) -> str:
    """The order as a customer would recognise it: 'order 1042, Ridgeline 2 tent (blue)'."""
    first, others = item_words(order.lines[0]), len(order.lines) - 1
    return f"order {order.number}, {first}" + (f" and {others} more" if others else "")


def status_text(order: Order, today: date) -> str:
    """Where the order is and what happens next."""
    return _STATUS[order.state](order, today)


def delivery_date_text(order: Order, today: date) -> str:
    """When it comes, or came; where no day can be named, the status says why."""
    title, they = short_title(order), _verb(order, "should")
    if order.delivered_on or order.state in {OrderState.DELAYED, OrderState.PARTLY_SHIPPED}:
        return status_text(order, today)
    if order.expected_on is None or order.state in {OrderState.LOST, OrderState.PLACED}:
        return status_text(order, today)
    if order.delivery is DeliveryMethod.COLLECT:
        return status_text(order, today)
    return f"Your {title} {they} be with you {_by(order.expected_on, today)}."


def tracking_text(order: Order, today: date) -> str:
    """The parcels with their tracking links, or why there are none yet."""
    parcels = [parcel for parcel in order.shipments if parcel.tracking_url]
    if not parcels:
        return status_text(order, today) + _no_tracking(order)
    if order.state is OrderState.LOST:
        return f"{status_text(order, today)} The parcel's page: {parcels[-1].tracking_url}"
    if len(parcels) == 1:
        return f"Your parcel {'came' if parcels[0].delivered_on else 'is'} {_tracked(parcels[0], today)}"
    each = [f"- {contents_words(order, parcel.contents)}: {_tracked(parcel, today)}" for parcel in parcels]
    return "\n".join([f"There are {count_in_words(len(parcels))} parcels.", *each])


def order_line_text(order: Order, today: date) -> str:
    """One line for a list of orders: '1042: Ridgeline 2 tent, on its way, expected Thursday 6 June'."""
    if order.expected_on and order.expected_on >= today and order.state is not OrderState.LOST:
        when = f", expected {day_in_words(order.expected_on, today)}"
    elif order.delivered_on and order.state is OrderState.DELIVERED:
        when = f" {on_day(order.delivered_on, today)}"
    elif order.cancelled_on:
        when = f" {on_day(order.cancelled_on, today)}"
    else:
        when = f", ordered {on_day(order.placed_on, today)}"
    return f"{order.number}: {short_title(order)}, {state_words(order)}{when}"


def list_text(orders: Sequence[Order], today: date, at_most: int = 5) -> str:
    """A customer's orders, the newest first, the rest counted."""
    if not orders:
        return "I see no orders under your name yet."
    lines = [f"- {order_line_text(order, today)}" for order in orders[:at_most]]
    if len(orders) > at_most:
        lines.append(f"- and {count_in_words(len(orders) - at_most)} older")
    return "\n".join(["Your orders:", *lines] if len(orders) > 1 else ["Your order:", *lines])


def _placed(order: Order, today: date) -> str:
    by = (
        f" After that we pack it, and it should be with you {_by(order.expected_on, today)}."
        if order.expected_on
        else ""
    )
    if order.delivery is DeliveryMethod.COLLECT:
        by = f" After that we get it ready in our {order.address.town} store."
    return f"We have your order ({short_title(order)}) and are waiting for the payment to be confirmed.{by}"


def _paid(order: Order, today: date) -> str:
    told = f"Your order ({short_title(order)}) is confirmed and we are getting it ready."
    if order.delivery is DeliveryMethod.COLLECT:
        when = f" {_by(order.expected_on, today)}" if order.expected_on else ""
        return f"{told} It should be ready to collect in our {order.address.town} store{when}."
    return f"{told} It should be with you {_by(order.expected_on, today)}." if order.expected_on else told


def _packed(order: Order, today: date) -> str:
    subject, verb = f"Your {short_title(order)}", _verb(order, "is")
    if order.delivery is DeliveryMethod.COLLECT and order.packed_on:
        until = day_in_words(order.packed_on + timedelta(days=STORE_DAYS), today)
        where = f"our {order.address.town} store, {order.address.street}"
        return f"{subject} {verb} ready to collect in {where}. We keep the order for you until {until}."
    told = f"{subject} {verb} packed and waiting for the carrier."
    return f"{told} The parcel should be with you {_by(order.expected_on, today)}." if order.expected_on else told


def _shipped(order: Order, today: date) -> str:
    open_parcels = [parcel for parcel in order.shipments if not parcel.delivered_on]
    if len(order.shipments) > 1:
        return f"Your order left in {count_in_words(len(order.shipments))} parcels.\n" + _parcels(order, today)
    if not open_parcels:
        return _delivered(order, today)
    return (
        f"Your {short_title(order)} {_journey(open_parcels[0], today)} {_parcel_place(open_parcels[0], today)}".strip()
    )


def _partly_shipped(order: Order, today: date) -> str:
    rest = contents_words(order, order.awaiting_dispatch)
    why = f" because {order.trouble}" if order.trouble else ""
    by = f" That part should be with you {_by(order.expected_on, today)}." if order.expected_on else ""
    return (
        f"Your order comes in more than one parcel.\n{_parcels(order, today)}\n"
        f"- {rest}: not sent yet{why}.{by} The extra parcel costs you nothing."
    )


def _delayed(order: Order, today: date) -> str:
    parts = [f"Your order is later than we promised, {_SORRY}"]
    if order.trouble:
        parts.append(f"{order.trouble[0].upper()}{order.trouble[1:]}.")
    if order.expected_on:
        instead = f" instead of {day_in_words(order.promised_on, today)}" if order.promised_on else ""
        subject = f"Your {short_title(order)} {_verb(order, 'should')}"
        parts.append(f"{subject} now be with you by {day_in_words(order.expected_on, today)}{instead}.")
    else:
        parts.append("I cannot name a new date yet.")
    return " ".join(parts)


def _out_for_delivery(order: Order, today: date) -> str:
    parcel = next((p for p in order.shipments if p.status is ShipmentStatus.OUT_FOR_DELIVERY), None)
    due = (parcel.expected_on if parcel else None) or order.expected_on or today
    subject, verb = f"Your {short_title(order)}", _verb(order, "is")
    if due > today:
        return f"{subject} {verb} at the carrier's depot near you and should be with you {_by(due, today)}."
    return (
        f"{subject} {verb} out for delivery and should be with you today. The carrier has sent you a one-hour window."
    )


def _delivered(order: Order, today: date) -> str:
    if order.delivered_on is None:
        return f"Your {short_title(order)} {_verb(order, 'has')} been delivered."
    day = on_day(order.delivered_on, today)
    if order.delivery is DeliveryMethod.COLLECT:
        told = f"You collected your {short_title(order)} in our {order.address.town} store {day}."
    elif order.delivery is DeliveryMethod.EMAIL:
        told = f"Your {short_title(order)} was sent {day} to the e-mail address of the order."
    else:
        told = f"Your {short_title(order)} {_verb(order, 'was')} delivered {day}."
    return f"{told} {returns_text(order, today)}" if order.returns else told


def _lost(order: Order, today: date) -> str:
    told = f"Your parcel ({short_title(order)}) got lost on its way, {_SORRY}"
    choice = f"you can have it sent again or {amount_in_words(order.total)} back"
    if order.replaced_by:
        return f"{told} We have sent you everything again as order {order.replaced_by}, at no cost to you."
    if order.refunds:
        return f"{told} {refunds_text(order, today)}"
    if order.search_until and order.search_until >= today:
        until = day_in_words(order.search_until, today)
        return f"{told} The carrier is looking for it until {until}. If it is not found by then, {choice}."
    return f"{told} The carrier could not find it, so {choice}. My colleagues arrange either for you."


def _returned(order: Order, today: date) -> str:
    late = next((refund for refund in order.refunds if not refund.paid_on and refund.due_on < today), None)
    if late is None:
        return returns_text(order, today)
    arrived = next((item.arrived_on for item in order.returns if item.arrived_on), None)
    reached = f" Your return reached our warehouse {on_day(arrived, today)}." if arrived else ""
    return refund_text(late, today) + reached


def _refunded(order: Order, today: date) -> str:
    return f"Order {order.number} ({short_title(order)}): {refunds_text(order, today)}"


def _cancelled(order: Order, today: date) -> str:
    when = f" {on_day(order.cancelled_on, today)}" if order.cancelled_on else ""
    return f"Order {order.number} ({short_title(order)}) was cancelled{when}. {refunds_text(order, today)}".strip()


_STATUS: Mapping[OrderState, Callable[[Order, date], str]] = {
    OrderState.PLACED: _placed,
    OrderState.PAID: _paid,
    OrderState.PACKED: _packed,
    OrderState.PARTLY_SHIPPED: _partly_shipped,
    OrderState.SHIPPED: _shipped,
    OrderState.DELAYED: _delayed,
    OrderState.OUT_FOR_DELIVERY: _out_for_delivery,
    OrderState.DELIVERED: _delivered,
    OrderState.LOST: _lost,
    OrderState.RETURNED: _returned,
    OrderState.REFUNDED: _refunded,
    OrderState.CANCELLED: _cancelled,
}


def _verb(order: Order, singular: str) -> str:
    many = {"is": "are", "was": "were", "has": "have"}
    return many.get(singular, singular) if is_plural(order) else singular


def _by(day: date | None, today: date) -> str:
    if day is None:
        return "soon"
    return {0: "today", 1: f"by tomorrow, {day_in_words(day, today)}"}.get(
        (day - today).days, f"by {day_in_words(day, today)}"
    )


def _parcels(order: Order, today: date) -> str:
    return "\n".join(
        f"- {contents_words(order, parcel.contents)}: {_journey(parcel, today)}" for parcel in order.shipments
    )


def _journey(parcel: Shipment, today: date) -> str:
    if parcel.delivered_on:
        return f"delivered {on_day(parcel.delivered_on, today)}."
    left = f"left our warehouse {on_day(parcel.shipped_on, today)}"
    return f"{left} and should be with you {_by(parcel.expected_on, today)}." if parcel.expected_on else f"{left}."


def _parcel_place(parcel: Shipment, today: date) -> str:
    if parcel.delivered_on or not parcel.last_scan or parcel.last_scan_on is None:
        return ""
    return f"The carrier last scanned the parcel {on_day(parcel.last_scan_on, today)} at {parcel.last_scan}."


def _tracked(parcel: Shipment, today: date) -> str:
    came = f", delivered {on_day(parcel.delivered_on, today)}" if parcel.delivered_on else ""
    place = f" {_parcel_place(parcel, today)}".rstrip()
    return (
        f"with {parcel.carrier} (number {parcel.tracking_number}){came}.{place} Follow it here: {parcel.tracking_url}"
    )


def _no_tracking(order: Order) -> str:
    if order.delivery in {DeliveryMethod.COLLECT, DeliveryMethod.EMAIL} or order.cancelled_on:
        return ""
    return " You get the tracking link by e-mail when the parcel leaves."
