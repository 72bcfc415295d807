"""Sending goods back for the money, or swapping them for another size or colour."""

from __future__ import annotations

from collections.abc import Sequence

from actions.order_items import as_terms, buttons, choose, from_terms, products_by_id, whole
from actions.quick_replies import QuickReply, button
from actions.shop import returning
from actions.shop.catalogue import Product, Variant
from actions.shop.errors import OrderChangeRefused
from actions.shop.phrases import contents_words, product_words
from actions.shop.port import LineQuantity, Order, OrderLine, ShopPort
from actions.shop.wording import exchange_text, return_started_text
from actions.talk import Talk
from actions.variants import offered_variants, read_variant
from actions.wish import Change, Terms

REASONS = ("It does not fit", "Not what I expected", "It is faulty", "I changed my mind")


class _SendBack(Change):
    """What returns and exchanges share: which items."""

    def likely(self, order: Order) -> bool:
        """See `Wish.likely`."""
        return bool(returning.returnable(order, self.today))

    async def refusal(self, talk: Talk, order: Order, shop: ShopPort) -> str | None:
        """Nothing has arrived yet, nothing may come back any more, or not the item that was named."""
        offered = returning.returnable(order, self.today)
        if not offered:
            return self._why_not(order, ())
        words = str(talk.slot("items") or talk.slot("wish_text") or "")
        named = choose(order, whole(order), words, await products_by_id(talk, shop))
        may = {item.line for item in offered}
        if len(named) == 1 and named[0].line not in may:
            return self._why_not(order, (LineQuantity(named[0].line, 1),))
        return None

    def _why_not(self, order: Order, items: Sequence[LineQuantity]) -> str | None:
        try:
            returning.start_return(order, items, "", self.today)
        except OrderChangeRefused as refused:
            return refused.message_for_customer
        return None

    async def items(self, talk: Talk, order: Order, shop: ShopPort) -> tuple[LineQuantity, ...]:
        """The items named so far; none while it is open which."""
        offered = returning.returnable(order, self.today)
        words = str(talk.slot("items") or talk.slot("wish_text") or "")
        return choose(order, offered, words, await products_by_id(talk, shop))

    async def ask(self, talk: Talk, order: Order, shop: ShopPort, detail: str) -> None:
        """Which items."""
        offered = returning.returnable(order, self.today)
        talk.say(f"utter_ask_{self.intent}_items", replies=buttons(order, offered, self.several), n=len(offered))

    several = True


class StartReturn(_SendBack):
    """Send something back."""

    intent = "return_start"

    async def detail(self, talk: Talk, order: Order, shop: ShopPort) -> str | None:
        """Which items, then why."""
        if not await self.items(talk, order, shop):
            talk.remember(items=None)
            return "items"
        return None if talk.slot("why") else "why"

    async def ask(self, talk: Talk, order: Order, shop: ShopPort, detail: str) -> None:
        """Items or reason."""
        if detail == "why":
            talk.say("utter_ask_return_reason", replies=[button(words, "inform") for words in REASONS])
        else:
            await super().ask(talk, order, shop, detail)

    async def terms(self, talk: Talk, order: Order, shop: ShopPort) -> Terms:
        """Items and reason."""
        items = await self.items(talk, order, shop)
        return {"items": as_terms(items), "reason": str(talk.slot("why") or "")[:200]}

    def confirmation(self, talk: Talk, order: Order, agreed: Terms) -> str:
        """Names what goes back."""
        words = contents_words(order, from_terms(agreed["items"]))
        return talk.words("utter_confirm_return", items=words, order_number=order.number)

    async def make(self, talk: Talk, order: Order, shop: ShopPort, agreed: Terms, key: str) -> None:
        """Announce it; the label is in the answer."""
        items = from_terms(agreed["items"])
        announced = await shop.start_return(order.number, items, str(agreed["reason"]), idempotency_key=key)
        talk.tell(return_started_text(order, announced, self.today))


class StartExchange(_SendBack):
    """Swap for another size or colour."""

    intent = "exchange_start"
    several = False

    async def detail(self, talk: Talk, order: Order, shop: ShopPort) -> str | None:
        """Which item, then for which size or colour."""
        items = await self.items(talk, order, shop)
        if len(items) != 1:
            talk.remember(items=None)
            return "items"
        if await self._wanted(talk, order, shop, items) is None:
            talk.remember(variant=None)
            return "variant"
        return None

    async def ask(self, talk: Talk, order: Order, shop: ShopPort, detail: str) -> None:
        """Item or variant."""
        if detail != "variant":
            await super().ask(talk, order, shop, detail)
            return
        line, product = await self._line(talk, order, shop, await self.items(talk, order, shop))
        talk.say("utter_ask_variant", replies=variant_buttons(line, product), item=product_words(line))

    async def terms(self, talk: Talk, order: Order, shop: ShopPort) -> Terms:
        """One item, and what it becomes."""
        items = await self.items(talk, order, shop)
        wanted = await self._wanted(talk, order, shop, items) or Variant()
        return {"items": as_terms(items), "size": wanted.size, "colour": wanted.colour}

    def confirmation(self, talk: Talk, order: Order, agreed: Terms) -> str:
        """Names both."""
        words = contents_words(order, from_terms(agreed["items"]))
        wanted = Variant(agreed["size"], agreed["colour"]).words()
        return talk.words("utter_confirm_exchange", item=words, wanted=wanted)

    async def make(self, talk: Talk, order: Order, shop: ShopPort, agreed: Terms, key: str) -> None:
        """Announce it."""
        wanted = Variant(agreed["size"], agreed["colour"])
        line = from_terms(agreed["items"])[0].line
        announced = await shop.start_exchange(order.number, line, wanted, idempotency_key=key)
        talk.tell(exchange_text(order, announced, self.today))

    async def _wanted(self, talk: Talk, order: Order, shop: ShopPort, items: Sequence[LineQuantity]) -> Variant | None:
        line, product = await self._line(talk, order, shop, items)
        words = str(talk.slot("variant") or talk.slot("wish_text") or "")
        return read_variant(words, line, product) if product else None

    async def _line(
        self, talk: Talk, order: Order, shop: ShopPort, items: Sequence[LineQuantity]
    ) -> tuple[OrderLine, Product | None]:
        line = order.line(items[0].line) or order.lines[0]
        return line, (await products_by_id(talk, shop)).get(line.product_id)


def variant_buttons(line: OrderLine, product: Product | None) -> list[QuickReply]:
    """The nearest other sizes and the other colours that can be sent now."""
    return [button(words, "inform") for words in offered_variants(line, product)] if product else []
