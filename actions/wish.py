"""A wish about an order: what must be known before it can be served, and how it is served."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar

from actions.quick_replies import NO, PERSON, YES, QuickReply
from actions.shop.errors import OrderChangeRefused
from actions.shop.port import Order, OrderState, ShopPort
from actions.shop.working_days import uk_today
from actions.talk import Talk

Terms = Mapping[str, Any]
CONFIRMED = "confirmed"
AGREED = "agreed"
DETAILS = ("new_address", "items", "why", "variant", CONFIRMED, AGREED, "wish_text")
"""Slots that belong to one wish and are forgotten after it."""


SETTLED = frozenset({OrderState.DELIVERED, OrderState.RETURNED, OrderState.REFUNDED, OrderState.CANCELLED})


class Wish(ABC):
    """One thing customers want with an order; `intent` is how they say it."""

    intent: ClassVar[str]

    def likely(self, order: Order) -> bool:
        """Whether customers who do not say which order mean one like this; at first those still under way."""
        return order.state not in SETTLED

    async def missing(self, talk: Talk, order: Order, shop: ShopPort) -> str | None:
        """The detail to ask for next; None when the wish can be served (or refused)."""
        return None

    async def question(self, talk: Talk, order: Order, shop: ShopPort, detail: str) -> None:
        """Ask for a detail that `missing` named."""
        raise NotImplementedError(f"{self.intent} asks for no {detail}")

    @abstractmethod
    async def serve(self, talk: Talk, order: Order, shop: ShopPort) -> None:
        """Do it and tell the customer."""

    @property
    def today(self) -> date:
        """The shop's day."""
        return uk_today()


class Change(Wish):
    """A wish that changes something: never without a yes, never twice, and refused with a reason.

    What the customer says yes to is remembered as it was asked (`agreed`), and that is what is done: a turn that is
    repeated after the change was made asks the shop for the same again and gets the same result.
    """

    async def missing(self, talk: Talk, order: Order, shop: ShopPort) -> str | None:
        """First whether it can be done at all, then the details, then the yes."""
        if talk.slot(CONFIRMED) is not None and talk.slot(AGREED) is not None:
            return None
        if await self.refusal(talk, order, shop):
            return None
        return await self.detail(talk, order, shop) or CONFIRMED

    async def question(self, talk: Talk, order: Order, shop: ShopPort, detail: str) -> None:
        """The yes is asked for here, the other details by the wish."""
        if detail != CONFIRMED:
            await self.ask(talk, order, shop, detail)
            return
        agreed = await self.terms(talk, order, shop)
        talk.remember(**{AGREED: agreed})
        again = f" {talk.words('utter_yes_or_no')}" if talk.count("form_failures") else ""
        talk.tell(self.confirmation(talk, order, agreed) + again, replies=[YES, NO])

    async def serve(self, talk: Talk, order: Order, shop: ShopPort) -> None:
        """Do it, leave it, or say why it cannot be done."""
        if talk.slot(CONFIRMED) is None:
            await self.refused(talk, order, await self.refusal(talk, order, shop) or "")
        elif talk.slot(CONFIRMED) is not True:
            talk.say("utter_left_as_it_is")
        else:
            await self._make(talk, order, shop)

    async def _make(self, talk: Talk, order: Order, shop: ShopPort) -> None:
        key = talk.turn.idempotency_key(f"{self.intent}:{order.number}")
        try:
            await self.make(talk, order, shop, talk.slot(AGREED) or {}, key)
        except OrderChangeRefused as refused:
            await self.refused(talk, order, refused.message_for_customer)

    async def refusal(self, talk: Talk, order: Order, shop: ShopPort) -> str | None:
        """Why it cannot be done, in words for the customer; asked before any detail is."""
        return None

    async def refused(self, talk: Talk, order: Order, why: str) -> None:
        """Say why not, and what can be done instead. An exception is for a person to make."""
        talk.turn.findings.offered_human = True
        talk.remember(awaiting="offer_human:policy")
        talk.tell(why, replies=[*await self.instead(talk, order), PERSON])

    async def instead(self, talk: Talk, order: Order) -> list[QuickReply]:
        """What can be done instead, as buttons."""
        return []

    async def detail(self, talk: Talk, order: Order, shop: ShopPort) -> str | None:
        """The detail to ask for next."""
        return None

    async def ask(self, talk: Talk, order: Order, shop: ShopPort, detail: str) -> None:
        """Ask for a detail."""
        raise NotImplementedError(f"{self.intent} asks for no {detail}")

    async def terms(self, talk: Talk, order: Order, shop: ShopPort) -> Terms:
        """What exactly would be done, as plain values."""
        return {}

    @abstractmethod
    def confirmation(self, talk: Talk, order: Order, agreed: Terms) -> str:
        """The question that a yes answers: names what will change."""

    @abstractmethod
    async def make(self, talk: Talk, order: Order, shop: ShopPort, agreed: Terms, key: str) -> None:
        """Make the change under its key and tell the customer what happens next."""


class Wishes:
    """The wishes by intent."""

    def __init__(self, *wishes: Wish) -> None:
        self._by_intent: Mapping[str, Wish] = MappingProxyType({wish.intent: wish for wish in wishes})

    def get(self, intent: str | None) -> Wish | None:
        """The wish an intent stands for."""
        return self._by_intent.get(intent or "")

    @property
    def intents(self) -> frozenset[str]:
        """All intents that are wishes about an order."""
        return frozenset(self._by_intent)
