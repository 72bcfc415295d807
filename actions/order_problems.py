"""Something went wrong with an order or a parcel: look it up, say what is known, report it to people."""

from __future__ import annotations

from typing import ClassVar

from actions.order_items import as_terms, buttons, choose, from_terms, products_by_id, whole
from actions.quick_replies import PERSON
from actions.shop import cases
from actions.shop.errors import OrderChangeRefused
from actions.shop.phrases import contents_words
from actions.shop.port import LineQuantity, Order, OrderState, Problem, ShopPort
from actions.shop.wording import case_text, order_card, status_text
from actions.talk import Talk
from actions.wish import Change, Terms

ENOUGH_WORDS = 5
"""So many words of the first message describe a problem well enough not to ask again."""


class Report(Change):
    """Report a problem; people answer by a named day."""

    problem: ClassVar[Problem]
    by_item: ClassVar[bool] = False
    described: ClassVar[bool] = False
    in_hand: ClassVar[bool] = False
    """Whoever reports it has opened the parcel."""

    async def refusal(self, talk: Talk, order: Order, shop: ShopPort) -> str | None:
        """Nothing to report yet (not late, on its way in another parcel) or not any more."""
        try:
            cases.open_case(order, self.problem, "", (), today=self.today, count=1)
        except OrderChangeRefused as refused:
            return refused.message_for_customer
        return None

    async def refused(self, talk: Talk, order: Order, why: str) -> None:
        """With the card, so that the customer sees where it is. Nothing is refused here: there is nothing to report.
        Whoever has it in their hands all the same knows more than our records, and needs a person."""
        if self.in_hand and order.shipments and not any(shipment.delivered_on for shipment in order.shipments):
            talk.turn.findings.offered_human = True
            talk.remember(awaiting="offer_human:policy")
            why = f"{why} {talk.words('utter_records_behind')}"
        talk.tell(why, cards=[order_card(order, self.today)], replies=[PERSON])

    async def detail(self, talk: Talk, order: Order, shop: ShopPort) -> str | None:
        """Which item, where that matters, and what is wrong with it."""
        if self.by_item and not await self.items(talk, order, shop):
            talk.remember(items=None)
            return "items"
        if self.described and not self.description(talk):
            return "why"
        return None

    async def ask(self, talk: Talk, order: Order, shop: ShopPort, detail: str) -> None:
        """Items as buttons, the description in the customer's own words."""
        if detail == "items":
            talk.say("utter_ask_problem_items", replies=buttons(order, whole(order)))
        else:
            talk.say("utter_ask_what_is_wrong")

    async def items(self, talk: Talk, order: Order, shop: ShopPort) -> tuple[LineQuantity, ...]:
        """The items named so far."""
        words = str(talk.slot("items") or talk.slot("wish_text") or "")
        return choose(order, whole(order), words, await products_by_id(talk, shop))

    def description(self, talk: Talk) -> str:
        """The customer's own words about it, if there are enough of them."""
        first = str(talk.slot("wish_text") or "")
        return str(talk.slot("why") or (first if len(first.split()) >= ENOUGH_WORDS else ""))

    async def terms(self, talk: Talk, order: Order, shop: ShopPort) -> Terms:
        """Items and the customer's words."""
        items = await self.items(talk, order, shop) if self.by_item else ()
        words = self.description(talk) or str(talk.slot("wish_text") or self.intent)
        return {"items": as_terms(items), "words": words}

    def confirmation(self, talk: Talk, order: Order, agreed: Terms) -> str:
        """What would be done; the trouble was named when the wish was taken (`TakeWish`)."""
        about = contents_words(order, from_terms(agreed["items"])) or f"order {order.number}"
        return talk.words(f"utter_confirm_{self.intent}", about=about, status=status_text(order, self.today))

    async def make(self, talk: Talk, order: Order, shop: ShopPort, agreed: Terms, key: str) -> None:
        """Open the case and say until when they hear from us."""
        items = from_terms(agreed["items"])
        case = await shop.report_problem(
            order.number, self.problem, str(agreed["words"]), idempotency_key=key, lines=items
        )
        talk.tell(case_text(case, self.today))


class Delayed(Report):
    """It is late."""

    intent = "order_delayed"
    problem = Problem.LATE

    async def refusal(self, talk: Talk, order: Order, shop: ShopPort) -> str | None:
        """What is not late, or already explained, is told as it stands."""
        if order.state in {OrderState.DELAYED, OrderState.DELIVERED, OrderState.CANCELLED, OrderState.REFUNDED}:
            return status_text(order, self.today)
        return await super().refusal(talk, order, shop)


class NotReceived(Report):
    """Marked as delivered, or lost."""

    intent = "order_not_received"
    problem = Problem.NOT_RECEIVED


class Partial(Report):
    """Something is missing from the parcel."""

    intent = "order_partial"
    problem = Problem.MISSING_ITEM
    by_item = True
    in_hand = True

    def likely(self, order: Order) -> bool:
        """See `Wish.likely`."""
        return bool(order.delivered_on)


class WrongItem(Report):
    """Something else came."""

    intent = "order_wrong_item"
    problem = Problem.WRONG_ITEM
    by_item = True
    in_hand = True
    described = True

    def likely(self, order: Order) -> bool:
        """See `Wish.likely`."""
        return bool(order.delivered_on)


class Damaged(Report):
    """It arrived broken, or broke."""

    intent = "order_damaged"
    problem = Problem.DAMAGED
    by_item = True
    in_hand = True
    described = True

    def likely(self, order: Order) -> bool:
        """See `Wish.likely`."""
        return bool(order.delivered_on)


class ChargedTwice(Report):
    """Charged twice, or a wrong amount."""

    intent = "charged_twice"
    problem = Problem.CHARGED_TWICE

    def likely(self, order: Order) -> bool:
        """See `Wish.likely`."""
        return True
