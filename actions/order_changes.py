"""Changes before an order is packed: cancelling it, sending it elsewhere, changing what is in it."""

from __future__ import annotations

from dataclasses import asdict

from actions.addresses import address_words, read_address
from actions.handing_over import offer
from actions.quick_replies import PERSON, QuickReply, button
from actions.shop import changes
from actions.shop.errors import OrderChangeRefused
from actions.shop.port import Address, Order, ShopPort
from actions.shop.wording import address_changed_text, cancelled_text, named
from actions.talk import Talk
from actions.wish import Change, Terms, Wish


class Cancel(Change):
    """Cancel the whole order."""

    intent = "order_cancel"

    def likely(self, order: Order) -> bool:
        """See `Wish.likely`."""
        return order.open_to_changes

    async def refusal(self, talk: Talk, order: Order, shop: ShopPort) -> str | None:
        """Only before it is packed."""
        try:
            changes.cancel(order, "", self.today)
        except OrderChangeRefused as refused:
            return refused.message_for_customer
        return None

    async def instead(self, talk: Talk, order: Order) -> list[QuickReply]:
        """Too late to cancel: it can still come back."""
        return [button("Send it back", "return_start")] if order.shipments else []

    def confirmation(self, talk: Talk, order: Order, agreed: Terms) -> str:
        """Names the order."""
        return talk.words("utter_confirm_cancel", order=named(order))

    async def make(self, talk: Talk, order: Order, shop: ShopPort, agreed: Terms, key: str) -> None:
        """Cancel, and say what happens to the money."""
        cancelled = await shop.cancel_order(order.number, idempotency_key=key)
        talk.tell(cancelled_text(cancelled, self.today))


class ChangeAddress(Change):
    """Send it to another address."""

    intent = "order_change_address"

    def likely(self, order: Order) -> bool:
        """See `Wish.likely`."""
        return order.open_to_changes

    async def refusal(self, talk: Talk, order: Order, shop: ShopPort) -> str | None:
        """Only before it is packed, and only what is delivered at all."""
        try:
            changes.change_address(order, order.address, self.today)
        except OrderChangeRefused as refused:
            return refused.message_for_customer
        return None

    async def detail(self, talk: Talk, order: Order, shop: ShopPort) -> str | None:
        """The new address, complete."""
        if not talk.slot("new_address") and read_address(talk.slot("wish_text") or "", order.address):
            talk.remember(new_address=talk.slot("wish_text"))
        given = talk.slot("new_address")
        if not given:
            return "new_address"
        why = self._unusable(order, str(given))
        if why:
            talk.turn.remembered["address_refused"] = why
            talk.remember(new_address=None)
            return "new_address"
        return None

    async def ask(self, talk: Talk, order: Order, shop: ShopPort, detail: str) -> None:
        """After an incomplete one say what is missing."""
        why = talk.turn.remembered.pop("address_refused", None)
        if why:
            talk.tell(str(why))
        else:
            talk.say("utter_ask_new_address")

    async def terms(self, talk: Talk, order: Order, shop: ShopPort) -> Terms:
        """The address as it was understood."""
        address = read_address(str(talk.slot("new_address")), order.address)
        return asdict(address) if address else {}

    def confirmation(self, talk: Talk, order: Order, agreed: Terms) -> str:
        """Repeats the address."""
        words = address_words(Address(**agreed))
        return talk.words("utter_confirm_address", order_number=order.number, address=words)

    async def make(self, talk: Talk, order: Order, shop: ShopPort, agreed: Terms, key: str) -> None:
        """Redirect it."""
        redirected = await shop.change_address(order.number, Address(**agreed), idempotency_key=key)
        talk.tell(address_changed_text(redirected))

    def _unusable(self, order: Order, given: str) -> str | None:
        address = read_address(given, order.address)
        if address is None:
            return "I need the whole address: street and house number, town and postcode."
        try:
            changes.change_address(order, address, self.today)
        except OrderChangeRefused as refused:
            return refused.message_for_customer
        return None


class ChangeItems(Wish):
    """Add, remove or swap something in an order: people can, the assistant cannot."""

    intent = "order_change_items"

    def likely(self, order: Order) -> bool:
        """See `Wish.likely`."""
        return order.open_to_changes

    async def serve(self, talk: Talk, order: Order, shop: ShopPort) -> None:
        """Before it is packed a person can; afterwards it can be exchanged."""
        if order.open_to_changes:
            offer(talk, "utter_change_items_open", reason="unsupported_request", order_number=order.number)
        else:
            replies = [button("Swap size or colour", "exchange_start"), PERSON]
            talk.say("utter_change_items_too_late", replies=replies, order_number=order.number)
