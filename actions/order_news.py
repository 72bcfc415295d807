"""Telling customers how their order, their return and their money stand."""

from __future__ import annotations

import re

from actions.handing_over import give_up
from actions.quick_replies import PERSON, QuickReply, button
from actions.shop.port import Order, OrderState, ShopPort
from actions.shop.wording import (
    delivery_date_text,
    order_card,
    refunds_text,
    returns_text,
    status_text,
    tracking_text,
)
from actions.talk import Talk
from actions.wish import Wish

_UNDER_WAY = frozenset({OrderState.SHIPPED, OrderState.OUT_FOR_DELIVERY, OrderState.PARTLY_SHIPPED})


_DEAD = re.compile(
    r"\b(?:not (?:found|work\w*|valid|exist\w*|open\w*|load\w*|recogni[sz]ed)|unknown|invalid|dead|broken"
    r"|blank|empty|expired|error|404|nowhere|no such|(?:doesn'?t|does not|won'?t|will not|didn'?t|isn'?t)\b.{0,20}"
    r"\b(?:work\w*|exist|open|load|recogni[sz]\w*|know\w*|go anywhere))\b",
    re.IGNORECASE,
)
"""How customers say that a link or a number leads nowhere: 'page not found', 'number unknown'."""


LINK_DEAD = "link_dead"
"""The signal of a handover for it, which has words of its own."""
LINKED = ("order_status", "order_tracking_link", "order_delivery_date")
"""Wishes whose answer shows the parcel's link, in words or on the card."""


def finds_dead(text: str) -> bool:
    """Whether a message says that a link or a number leads nowhere."""
    return _DEAD.search(text) is not None


class OrderStatus(Wish):
    """Where is my order."""

    intent = "order_status"

    async def serve(self, talk: Talk, order: Order, shop: ShopPort) -> None:
        """State, dates and the card, with what can be done next."""
        tell_with_card(talk, order, status_text(order, self.today), self)


class TrackingLink(Wish):
    """The link to follow the parcel."""

    intent = "order_tracking_link"

    async def serve(self, talk: Talk, order: Order, shop: ShopPort) -> None:
        """The links, or why there are none yet; for who has them and finds them dead, a person."""
        has_links = any(parcel.tracking_url for parcel in order.shipments)
        if has_links and finds_dead(f"{talk.slot('wish_text') or ''}\n{talk.heard.text}"):
            give_up(talk, "tool_failure", LINK_DEAD)
            return
        tell_with_card(talk, order, tracking_text(order, self.today), self)


class DeliveryDate(Wish):
    """When it comes."""

    intent = "order_delivery_date"

    async def serve(self, talk: Talk, order: Order, shop: ShopPort) -> None:
        """The day, or why none can be named."""
        tell_with_card(talk, order, delivery_date_text(order, self.today), self)


class ReturnStatus(Wish):
    """Has my return arrived."""

    intent = "return_status"

    def likely(self, order: Order) -> bool:
        """See `Wish.likely`."""
        return bool(order.returns)

    async def serve(self, talk: Talk, order: Order, shop: ShopPort) -> None:
        """Every return of the order and what follows."""
        replies = [] if order.returns else [button("Send something back", "return_start")]
        talk.tell(returns_text(order, self.today), replies=replies)


class RefundStatus(Wish):
    """Where is my money."""

    intent = "refund_status"

    def likely(self, order: Order) -> bool:
        """See `Wish.likely`."""
        return bool(order.refunds or order.returns)

    async def serve(self, talk: Talk, order: Order, shop: ShopPort) -> None:
        """Every refund; one that is overdue is passed to people."""
        late = [refund for refund in order.refunds if not refund.paid_on and refund.due_on < self.today]
        text = refunds_text(order, self.today)
        if late:
            talk.turn.findings.offered_human = True
            talk.remember(awaiting="offer_human")
        talk.tell(text, replies=[PERSON] if late else [])


def tell_with_card(talk: Talk, order: Order, text: str, wish: Wish) -> None:
    """Words and card belong together; a customer who gave only an e-mail should see which order it is."""
    talk.tell(text, cards=[order_card(order, wish.today)], replies=next_things(order))


def next_things(order: Order) -> list[QuickReply]:
    """What customers usually want next, by the order's state."""
    if order.open_to_changes:
        return [button("Change the address", "order_change_address"), button("Cancel the order", "order_cancel")]
    if order.state in _UNDER_WAY:
        return [button("It has not arrived", "order_not_received")]
    if order.state is OrderState.DELIVERED:
        return [button("Send something back", "return_start"), button("Something is wrong with it", "order_damaged")]
    return []
