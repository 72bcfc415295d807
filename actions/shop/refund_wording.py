"""How returns and refunds are told to a customer. Pure."""

from __future__ import annotations

from datetime import date

from actions.shop.changes import money_taken
from actions.shop.order import Order, OrderState, Refund, RefundReason, Return, ReturnKind
from actions.shop.phrases import amount_in_words, contents_words, day_in_words, on_day

_BANK = "Your bank may take up to 3 working days to show it."
_FOR = {
    RefundReason.LOST: " for the lost parcel",
    RefundReason.MISSING: " for what was missing",
    RefundReason.DAMAGED: " for what arrived damaged",
    RefundReason.OVERCHARGED: " for what was charged too much",
    RefundReason.RETURNED: " for your return",
    RefundReason.CANCELLED: "",
}
_SETTLED_DAYS = 10


def payment_words(method: str) -> str:
    """'your Visa ending 4417', 'your PayPal account'."""
    named = {"PayPal": "your PayPal account", "pay in 3": "your pay in 3 plan", "gift card": "your gift card"}
    return named.get(method, f"your {method}")


def refunds_text(order: Order, today: date) -> str:
    """Where the customer's money is: every refund, what is still missing for one, or that there is none."""
    if order.refunds:
        return " ".join(refund_text(refund, today) for refund in order.refunds)
    if order.cancelled_on:
        return _nothing_charged(order, order.cancelled_on, today)
    waiting = [item for item in order.returns if item.kind is ReturnKind.REFUND and not item.arrived_on]
    if waiting:
        return " ".join(_awaited_return(order, item, today) for item in waiting)
    return f"No refund has been started for order {order.number}."


def refund_text(refund: Refund, today: date, *, name_reason: bool = True) -> str:
    """One refund: paid, on its way, or later than promised (which is named first)."""
    amount, goal = amount_in_words(refund.amount), payment_words(refund.method)
    why = _FOR[refund.reason] if name_reason else ""
    if refund.paid_on:
        told = f"We sent {amount}{why} back to {goal} {on_day(refund.paid_on, today)}."
        fresh_card = "ending" in refund.method and (today - refund.paid_on).days <= _SETTLED_DAYS
        return f"{told} {_BANK}" if fresh_card else told
    if refund.due_on < today:
        due = day_in_words(refund.due_on, today)
        return f"Your refund is later than we promised, and I am sorry about that. {amount}{why} was due by {due}."
    due = day_in_words(refund.due_on, today)
    return f"{amount}{why} goes back to {goal} by {due} at the latest."


def returns_text(order: Order, today: date) -> str:
    """Whether what was sent back has arrived, and what follows."""
    if not order.returns:
        return f"No return is announced for order {order.number}."
    return " ".join(return_text(order, item, today) for item in order.returns)


def return_text(order: Order, item: Return, today: date) -> str:
    """One return or exchange."""
    if item.arrived_on is None:
        return _awaited_return(order, item, today)
    what, day = contents_words(order, item.contents), on_day(item.arrived_on, today)
    told = f"Your return reached our warehouse {day}: {what}."
    if item.kind is ReturnKind.EXCHANGE:
        return f"{told} {_replacement_text(item, today)}"
    refund = next((r for r in order.refunds if r.reason is RefundReason.RETURNED), None)
    return f"{told} {refund_text(refund, today, name_reason=False)}" if refund else told


def _replacement_text(item: Return, today: date) -> str:
    new = item.replacement
    wanted = item.exchange_for.words() if item.exchange_for else "the other one"
    if new is None:
        return f"The new one ({wanted}) leaves within one working day."
    if new.delivered_on:
        return f"The new one ({wanted}) was delivered {on_day(new.delivered_on, today)}."
    by = f" and should be with you by {day_in_words(new.expected_on, today)}" if new.expected_on else ""
    return f"The new one ({wanted}) left {on_day(new.shipped_on, today)}{by}."


def _awaited_return(order: Order, item: Return, today: date) -> str:
    what = contents_words(order, item.contents)
    if today > item.send_by:
        return f"Your return ({what}) has not arrived, and its label ran out on {day_in_words(item.send_by, today)}."
    told = f"We are waiting for your return: {what}. The label is valid until {day_in_words(item.send_by, today)}."
    if item.kind is ReturnKind.EXCHANGE:
        return f"{told} The new one leaves within one working day of the carrier's first scan."
    return f"{told} {amount_in_words(item.amount)} is refunded within 5 working days after it arrives."


def _nothing_charged(order: Order, cancelled_on: date, today: date) -> str:
    if order.total == 0 or money_taken(order):
        return ""
    if (today - cancelled_on).days > _SETTLED_DAYS or order.state is not OrderState.CANCELLED:
        return "You were not charged for it."
    return (
        f"You have not been charged; if {amount_in_words(order.total)} shows as reserved, your bank lets go of it "
        "within 5 working days."
    )
