"""The questions of the order form: which order, whose, and what a wish needs to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.identity import order_label
from actions.order_wishes import wish_of
from actions.quick_replies import PERSON, STOP, QuickReply, order
from actions.services import services
from actions.shop.port import ShopUnavailable
from actions.talk import Step, Talk
from actions.turn import current_turn


class Question(Step):
    """Asks for one slot of the form."""

    slot_name: ClassVar[str]

    def name(self) -> str:
        """Rasa finds it by the slot's name."""
        return f"action_ask_{self.slot_name}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> list[EventType]:
        """The form listens by itself after this."""
        talk = Talk(dispatcher, tracker, domain, current_turn())
        await self.act(talk)
        return talk.events


def way_out(talk: Talk) -> Sequence[QuickReply]:
    """The door to a person, for who sounds annoyed: a question is no answer."""
    heard = talk.heard
    return (PERSON,) if services().policy.is_annoyed(heard.frustration, heard.intent, heard.text) else ()


class AskOrderNumber(Question):
    """Which order."""

    slot_name = "order_number"

    async def act(self, talk: Talk) -> None:
        """Offer the customer's own orders where they are known; after a failure say what may help."""
        choices = talk.turn.remembered.get("choices") or ()
        if talk.turn.remembered.pop("not_found", False):
            talk.turn.findings.offered_human = True
            talk.say("utter_order_not_found", replies=[PERSON])
        elif choices:
            talk.say("utter_ask_which_order", replies=[order(item.number, order_label(item)) for item in choices])
        elif talk.count("form_failures"):
            talk.turn.findings.offered_human = True
            talk.remember(awaiting="offer_human:repeated_misunderstanding")
            talk.say("utter_ask_order_number_again", replies=[PERSON, STOP])
        else:
            wanted = "utter_ask_number_and_email" if not talk.slot("email") else "utter_ask_number_only"
            talk.say(wanted, replies=way_out(talk))


class AskEmail(Question):
    """The address of the order."""

    slot_name = "email"

    async def act(self, talk: Talk) -> None:
        """Name the order that was understood."""
        if talk.count("form_failures"):
            talk.turn.findings.offered_human = True
            talk.say("utter_ask_email_again", replies=[PERSON, STOP])
        else:
            talk.say("utter_ask_order_email", replies=way_out(talk))


class AskedByWish:
    """A detail that the wish knows how to ask for."""

    slot_name: ClassVar[str]

    async def act(self, talk: Talk) -> None:
        """In the words of the wish."""
        shop = services().shop
        if shop is None:
            raise ShopUnavailable("no shop is connected")
        await wish_of(talk).question(talk, talk.turn.remembered["order"], shop, self.slot_name)


class AskWhy(AskedByWish, Question):
    """Why something goes back, or what is wrong with it."""

    slot_name = "why"


class AskItems(AskedByWish, Question):
    """Which part of the order."""

    slot_name = "items"


class AskVariant(AskedByWish, Question):
    """Which size or colour instead."""

    slot_name = "variant"


class AskNewAddress(AskedByWish, Question):
    """Where to send it instead."""

    slot_name = "new_address"


class AskConfirmed(AskedByWish, Question):
    """Yes or no, before anything is changed."""

    slot_name = "confirmed"
