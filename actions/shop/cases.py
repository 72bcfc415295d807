"""What people of the shop are asked to look into: problems with an order, refunds that do not come, invoices. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from actions.shop.errors import OrderChangeRefused, Refusal
from actions.shop.order import DeliveryMethod, LineQuantity, Order, OrderState, Refund
from actions.shop.phrases import amount_in_words, day_in_words, near_day, on_day
from actions.shop.port import Case, InvoiceSent, Problem
from actions.shop.terms import LATE_WORKING_DAYS, NOT_THERE_DAYS, REFUND_WORKING_DAYS, REPORT_DAYS, WARRANTY_DAYS
from actions.shop.working_days import add_working_days

ANSWER_WORKING_DAYS = {
    Problem.NOT_RECEIVED: 5,
    Problem.LATE: 5,
    Problem.MISSING_ITEM: 1,
    Problem.WRONG_ITEM: 1,
    Problem.DAMAGED: 1,
    Problem.FAULTY: 3,
    Problem.CHARGED_TWICE: 5,
    Problem.REFUND_CHECK: 1,
}
"""Working days in which the customer hears from us (docs/shop-facts.md)."""
_REPORT_OVER = f"We can put such things right within {REPORT_DAYS} days, and that time is over."
_PERIOD_OVER = {
    Problem.FAULTY: "The warranty on it is over.",
    Problem.DAMAGED: f"{_REPORT_OVER} If it is a fault of the product, the warranty may cover it.",
}
_CARD_WORKING_DAYS = 3
_LONGEST_DESCRIPTION = 2000


def open_case(
    order: Order, problem: Problem, description: str, lines: Sequence[LineQuantity], *, today: date, count: int
) -> Case:
    """The case for a problem, the `count`-th of its order; raises `OrderChangeRefused` when there is none to open."""
    if any(order.line(item.line) is None for item in lines):
        raise OrderChangeRefused(Refusal.UNKNOWN_LINE, f"Order {order.number} has no such item.")
    _require_reason(order, problem, lines, today)
    return Case(
        reference=f"C{order.number}-{count}",
        order_number=order.number,
        problem=problem,
        description=" ".join(description.split())[:_LONGEST_DESCRIPTION],
        opened_on=today,
        answer_by=add_working_days(today, ANSWER_WORKING_DAYS[problem]),
        contents=tuple(lines),
    )


def send_invoice(order: Order, today: date) -> InvoiceSent:
    """The invoice mailed to the address of the order; raises `OrderChangeRefused` before anything was sent."""
    number = order.number
    if order.cancelled_on and not order.shipments:
        raise OrderChangeRefused(Refusal.ALREADY_CANCELLED, f"Order {number} was cancelled, so there is no invoice.")
    if not order.shipments:
        message = f"The invoice for order {number} is made when the order leaves us. Please ask again then."
        raise OrderChangeRefused(Refusal.NOT_SHIPPED_YET, message)
    return InvoiceSent(number, order.email, today)


def _require_reason(order: Order, problem: Problem, lines: Sequence[LineQuantity], today: date) -> None:
    if problem is Problem.CHARGED_TWICE:
        return
    if problem is Problem.REFUND_CHECK:
        _require_refund_overdue(order, today)
    elif order.cancelled_on:
        day = day_in_words(order.cancelled_on, today)
        raise OrderChangeRefused(Refusal.ALREADY_CANCELLED, f"Order {order.number} was cancelled on {day}.")
    elif problem in {Problem.LATE, Problem.NOT_RECEIVED}:
        _require_late_or_gone(order, today)
    else:
        _require_arrived(order, problem, lines, today)


def _require_late_or_gone(order: Order, today: date) -> None:
    if order.delivered_on:
        _require_delivered_but_gone(order, order.delivered_on, today)
        return
    if order.state in {OrderState.DELAYED, OrderState.LOST}:
        return
    if not order.shipments and order.delivery is DeliveryMethod.COLLECT and order.packed_on:
        message = f"Order {order.number} waits for you in our {order.address.town} store."
        raise OrderChangeRefused(Refusal.NO_DELIVERY, message)
    if order.expected_on is None:
        return
    late_from = add_working_days(order.expected_on, LATE_WORKING_DAYS)
    if today <= late_from:
        expected, limit = near_day(order.expected_on, today), day_in_words(late_from, today)
        there = "ready to collect" if order.delivery is DeliveryMethod.COLLECT else "with you"
        message = (
            f"Order {order.number} should be {there} by {expected}. If it is not there by {limit}, tell me and we "
            "look for it at once."
        )
        raise OrderChangeRefused(Refusal.NOT_LATE_YET, message)


def _require_delivered_but_gone(order: Order, delivered_on: date, today: date) -> None:
    wait_until = add_working_days(delivered_on, 1)
    if today <= wait_until:
        message = (
            f"The carrier marked it as delivered {on_day(delivered_on, today)}. Parcels sometimes turn up a little "
            f"later or at a neighbour's. If it is not there by the end of {day_in_words(wait_until, today)}, tell me "
            "and we look for it."
        )
        raise OrderChangeRefused(Refusal.WAIT_FIRST, message)
    if today > delivered_on + timedelta(days=NOT_THERE_DAYS):
        message = (
            f"The carrier marked it as delivered {on_day(delivered_on, today)}. We can look for a parcel within "
            f"{NOT_THERE_DAYS} days of that, and I am sorry that this time is over."
        )
        raise OrderChangeRefused(Refusal.PERIOD_OVER, message)


def _require_arrived(order: Order, problem: Problem, lines: Sequence[LineQuantity], today: date) -> None:
    arrived = [s.delivered_on for s in order.shipments if s.delivered_on]
    waiting = {item.line for item in order.awaiting_dispatch}
    if problem is Problem.MISSING_ITEM and order.shipments and waiting and {item.line for item in lines} <= waiting:
        until = f" by {near_day(order.expected_on, today)}" if order.expected_on else ""
        message = f"Nothing is lost: the rest of order {order.number} comes in another parcel{until}."
        raise OrderChangeRefused(Refusal.WAIT_FIRST, message)
    if not arrived:
        message = f"As far as I can see, order {order.number} has not been delivered yet."
        raise OrderChangeRefused(Refusal.NOT_DELIVERED_YET, message)
    days = WARRANTY_DAYS if problem is Problem.FAULTY else REPORT_DAYS
    if today > max(arrived) + timedelta(days=days):
        day = day_in_words(max(arrived), today)
        message = f"It was delivered on {day}. {_PERIOD_OVER.get(problem, _REPORT_OVER)} I am sorry about that."
        raise OrderChangeRefused(Refusal.PERIOD_OVER, message)


def _require_refund_overdue(order: Order, today: date) -> None:
    open_refunds = [refund for refund in order.refunds if not refund.paid_on]
    if not order.refunds:
        on_the_way = any(item.arrived_on is None for item in order.returns)
        message = f"I see no refund for order {order.number}."
        if on_the_way:
            message = (
                f"Your return for order {order.number} has not reached our warehouse yet. The refund is paid within "
                f"{REFUND_WORKING_DAYS} working days of that."
            )
        raise OrderChangeRefused(Refusal.NO_REFUND_DUE, message)
    refund = open_refunds[0] if open_refunds else order.refunds[-1]
    until = _expected_in_bank(refund)
    if today <= until:
        message = (
            f"The refund of {amount_in_words(refund.amount)} should be with you by {day_in_words(until, today)} at the "
            "latest. If it is not there by then, tell me and I ask our people to look into it."
        )
        raise OrderChangeRefused(Refusal.WAIT_FIRST, message)


def _expected_in_bank(refund: Refund) -> date:
    if refund.paid_on is None:
        return refund.due_on
    by_card = "ending" in refund.method
    return add_working_days(refund.paid_on, _CARD_WORKING_DAYS) if by_card else refund.paid_on
