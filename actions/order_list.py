"""A customer's own orders."""

from __future__ import annotations

from actions.handing_over import give_up
from actions.identity import order_label, orders_of_verified
from actions.quick_replies import order as order_button
from actions.services import services
from actions.shop.port import Order, ShopUnavailable
from actions.talk import ORDER_FORM, Aside, Talk

SHOWN = 5


class ListOrders(Aside):
    """Show the orders of a customer who is signed in; anybody else is asked for one order."""

    action_name = "action_order_list"

    async def act(self, talk: Talk) -> None:
        """Only a signed identity opens a whole list."""
        shop = services().shop
        try:
            orders = await orders_of_verified(talk, shop) if shop else ()
        except ShopUnavailable:
            give_up(talk, "tool_failure", "shop_unavailable")
            talk.then("action_hand_over")
            return
        if orders:
            show(talk, orders)
        elif talk.turn.verified_email:
            talk.say("utter_no_orders")
        else:
            talk.say("utter_order_list_needs_login")
            talk.remember(wish="order_status")
            talk.turn.remembered["resuming"] = True
            talk.then(ORDER_FORM)


def show(talk: Talk, orders: tuple[Order, ...]) -> None:
    """The newest orders as buttons."""
    talk.turn.findings.answered = talk.asked_back = True
    latest = orders[:SHOWN]
    replies = [order_button(item.number, order_label(item)) for item in latest]
    talk.say("utter_order_list", replies=replies, count=len(latest))
