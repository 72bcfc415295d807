"""The order as a card in the chat: a title, four steps, one date, one link. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from actions.shop.order import DeliveryMethod, Order, OrderState, ShipmentStatus
from actions.shop.phrases import day_in_words, short_title
from actions.shop.terms import STORE_DAYS

STEPS = ("Placed", "Packed", "On its way", "Delivered")
COLLECT_STEPS = ("Placed", "Packed", "Ready to collect", "Collected")
_LABELS = {
    OrderState.PLACED: "Waiting for payment",
    OrderState.PAID: "Being prepared",
    OrderState.PACKED: "Packed",
    OrderState.PARTLY_SHIPPED: "Partly on its way",
    OrderState.SHIPPED: "On its way",
    OrderState.DELAYED: "Delayed",
    OrderState.OUT_FOR_DELIVERY: "Out for delivery",
    OrderState.DELIVERED: "Delivered",
    OrderState.LOST: "Lost on its way",
    OrderState.RETURNED: "Returned",
    OrderState.REFUNDED: "Refunded",
    OrderState.CANCELLED: "Cancelled",
}


def order_card(order: Order, today: date) -> dict[str, Any]:
    """The card as the chat panel draws it.

    `state` is for programs, `state_label` for people; `step` counts from 1 in `steps`; `date` is 'YYYY-MM-DD' or None,
    `date_text` the same day in words, `date_label` says what happens then; `link` is {title, url} or None.
    """
    label, day = _date(order, today)
    return {
        "type": "order",
        "order_number": order.number,
        "title": short_title(order),
        "state": order.state.value,
        "state_label": _state_label(order),
        "step": _step(order),
        "steps": list(_steps(order)),
        "date_label": label,
        "date": day.isoformat() if day else None,
        "date_text": day_in_words(day, today) if day else None,
        "link": _link(order),
    }


def _steps(order: Order) -> tuple[str, ...]:
    return COLLECT_STEPS if order.delivery is DeliveryMethod.COLLECT else STEPS


def _state_label(order: Order) -> str:
    if order.delivery is DeliveryMethod.COLLECT:
        collected = {OrderState.PACKED: "Ready to collect", OrderState.DELIVERED: "Collected"}
        return collected.get(order.state, _LABELS[order.state])
    return _LABELS[order.state]


def _step(order: Order) -> int:
    """How far it came; an order that ended early stays at the step it reached."""
    if order.delivered_on:
        return 4
    if order.shipments:
        return 3
    if order.packed_on or order.state is OrderState.PACKED:
        return 3 if order.delivery is DeliveryMethod.COLLECT else 2
    return 1


def _date(order: Order, today: date) -> tuple[str, date | None]:
    if order.state is OrderState.CANCELLED:
        return "Cancelled", order.cancelled_on
    if order.state in {OrderState.RETURNED, OrderState.REFUNDED}:
        return _refund_date(order, today)
    if order.state is OrderState.LOST:
        return _lost_date(order, today)
    if order.delivered_on:
        collected = order.delivery is DeliveryMethod.COLLECT
        return "Collected" if collected else "Delivered", order.delivered_on
    if order.delivery is DeliveryMethod.COLLECT and order.packed_on:
        return "Kept until", order.packed_on + timedelta(days=STORE_DAYS)
    return "New date" if order.state is OrderState.DELAYED else "Expected by", order.expected_on


def _refund_date(order: Order, today: date) -> tuple[str, date | None]:
    unpaid = [refund.due_on for refund in order.refunds if not refund.paid_on]
    if unpaid:
        due_on = max(unpaid)
        return "Refund due by" if due_on >= today else "Refund was due by", due_on
    paid = [refund.paid_on for refund in order.refunds if refund.paid_on]
    return "Refunded", max(paid, default=None)


def _lost_date(order: Order, today: date) -> tuple[str, date | None]:
    if order.refunds:
        return _refund_date(order, today)
    return ("Looked for until", order.search_until) if order.search_until else ("Was expected by", order.promised_on)


def _link(order: Order) -> dict[str, str] | None:
    waiting = next((item for item in reversed(order.returns) if item.arrived_on is None), None)
    if waiting:
        return {"title": "Return label", "url": waiting.label_url}
    if order.state in {OrderState.RETURNED, OrderState.REFUNDED}:
        return None
    tracked = [parcel for parcel in order.shipments if parcel.tracking_url]
    moving = [parcel for parcel in tracked if parcel.status is not ShipmentStatus.DELIVERED]
    parcel = next(iter([*reversed(moving), *reversed(tracked)]), None)
    return {"title": "Track the parcel", "url": parcel.tracking_url} if parcel and parcel.tracking_url else None
