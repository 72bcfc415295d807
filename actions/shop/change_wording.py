"""What a customer is told after a change was made. Pure."""

from __future__ import annotations

from datetime import date

from actions.shop.order import Order, Return
from actions.shop.phrases import amount_in_words, contents_words, day_in_words, short_title
from actions.shop.port import Case, InvoiceSent, Problem
from actions.shop.refund_wording import refunds_text

_LOOKED_INTO = {
    Problem.NOT_RECEIVED: "The carrier is asked to look for your parcel.",
    Problem.LATE: "The carrier is asked where your parcel is.",
    Problem.MISSING_ITEM: "My colleagues check what is missing.",
    Problem.WRONG_ITEM: "My colleagues see to it that you get the right thing.",
    Problem.DAMAGED: "My colleagues arrange a replacement or your money back.",
    Problem.FAULTY: "My colleagues check the fault under the warranty.",
    Problem.CHARGED_TWICE: "My colleagues check the payment.",
    Problem.REFUND_CHECK: "My colleagues check where your refund is.",
}


def cancelled_text(order: Order, today: date) -> str:
    """After `cancel_order`."""
    return f"Order {order.number} ({short_title(order)}) is cancelled. {refunds_text(order, today)}".strip()


def address_changed_text(order: Order) -> str:
    """After `change_address`."""
    place = order.address
    where = ", ".join((place.name, place.street, f"{place.town} {place.postcode}"))
    return f"Order {order.number} now goes to {where}."


def return_started_text(order: Order, item: Return, today: date) -> str:
    """After `start_return`; the label's link is `item.label_url`."""
    what, last = contents_words(order, item.contents), day_in_words(item.send_by, today)
    return (
        f"Your return is announced: {what}. The label is free and valid until {last}: {item.label_url}\n"
        f"When it has reached us, {amount_in_words(item.amount)} is refunded within 5 working days."
    )


def exchange_text(order: Order, item: Return, today: date) -> str:
    """After `start_exchange`."""
    what, last = contents_words(order, item.contents), day_in_words(item.send_by, today)
    wanted = item.exchange_for.words() if item.exchange_for else "the other one"
    return (
        f"Your exchange is announced: {what} for {wanted}. The label is free and valid until {last}: {item.label_url}\n"
        "The new one leaves within one working day of the carrier's first scan."
    )


def case_text(case: Case, today: date) -> str:
    """After `report_problem` and `request_refund_check`."""
    until = day_in_words(case.answer_by, today)
    return f"{_LOOKED_INTO[case.problem]} You hear from us by {until}. Your reference is {case.reference}."


def invoice_text(invoice: InvoiceSent) -> str:
    """After `send_invoice`."""
    return f"The invoice for order {invoice.order_number} is on its way to the e-mail address of the order."
