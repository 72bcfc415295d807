"""Invoices."""

from __future__ import annotations

from actions.shop.errors import OrderChangeRefused
from actions.shop.port import Order, ShopPort
from actions.shop.wording import invoice_text
from actions.talk import Talk
from actions.wish import Wish


class SendInvoice(Wish):
    """The invoice, always to the order's own address, so no yes is needed."""

    intent = "order_invoice"

    def likely(self, order: Order) -> bool:
        """See `Wish.likely`."""
        return bool(order.shipments)

    async def serve(self, talk: Talk, order: Order, shop: ShopPort) -> None:
        """Mail it, or say from when there is one."""
        key = talk.turn.idempotency_key(f"{self.intent}:{order.number}")
        try:
            talk.tell(invoice_text(await shop.send_invoice(order.number, idempotency_key=key)))
        except OrderChangeRefused as refused:
            talk.tell(refused.message_for_customer)
