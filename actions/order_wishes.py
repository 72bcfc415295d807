"""Which wishes about orders are served."""

from __future__ import annotations

from actions.invoices import SendInvoice
from actions.order_changes import Cancel, ChangeAddress, ChangeItems
from actions.order_news import DeliveryDate, OrderStatus, RefundStatus, ReturnStatus, TrackingLink
from actions.order_problems import ChargedTwice, Damaged, Delayed, NotReceived, Partial, WrongItem
from actions.sending_back import StartExchange, StartReturn
from actions.talk import Talk
from actions.wish import Wish, Wishes

WISHES = Wishes(
    OrderStatus(),
    TrackingLink(),
    DeliveryDate(),
    Delayed(),
    NotReceived(),
    Partial(),
    WrongItem(),
    Damaged(),
    Cancel(),
    ChangeAddress(),
    ChangeItems(),
    StartReturn(),
    StartExchange(),
    ReturnStatus(),
    RefundStatus(),
    SendInvoice(),
    ChargedTwice(),
)


def wish_of(talk: Talk) -> Wish:
    """The wish being served; without any, the customer wants to know where the order is."""
    return WISHES.get(talk.slot("wish")) or WISHES.get("order_status")  # type: ignore[return-value]
