"""Collecting what a wish about an order needs: the order itself, then the details of a change, then a yes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.answering import question_of, repeats_itself
from actions.handing_over import give_up, offer, offered
from actions.identity import Identity, email_address, identify
from actions.order_wishes import wish_of
from actions.services import services
from actions.shop.port import Order, ShopUnavailable
from actions.talk import ORDER_FORM, REQUESTED, Step, Talk
from actions.turn import Understanding, current_turn
from actions.wish import CONFIRMED, DETAILS

_YES = re.compile(r"\s*(?:yes|yeah|yep|yup|ok|okay|sure|please|do it|go ahead|correct|right|confirm)\b", re.IGNORECASE)
_NO = re.compile(r"\s*(?:no|nope|nah|don'?t|do not|stop|wait)\b", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:but|only|just|except|instead|wait|unless|if|not|don'?t)\b", re.IGNORECASE)
_ANOTHER = re.compile(
    r"\b(?:other|another|different|latest|last|newest|most recent|new)\s+(?:order|one|purchase|parcel)\b", re.IGNORECASE
)
FREE_TEXT = frozenset({"new_address", "items", "why", "variant"})


class TakeWish(Step):
    """Begin (or change to) a wish about an order."""

    action_name = "action_take_wish"

    async def act(self, talk: Talk) -> None:
        """Remember the wish; details of another wish are forgotten."""
        if talk.heard.intent != talk.slot("wish"):
            talk.remember(wish=talk.heard.intent, form_failures=0.0, **dict.fromkeys(DETAILS))
            talk.remember(wish_text=question_of(talk), awaiting=None)
            _name_trouble(talk)
        if _ANOTHER.search(talk.heard.text) and not facts_given(talk):
            talk.remember(order_number=None)
        talk.turn.remembered["resuming"] = talk.in_form
        talk.then(ORDER_FORM)


def _name_trouble(talk: Talk) -> None:
    """A broken or missing thing is a trouble to feel with before anything is asked; once in a dialogue."""
    trouble = f"utter_trouble_{talk.heard.intent}"
    if not talk.slot("sympathy_shown") and talk.response_text(trouble):
        talk.remember(sympathy_shown=True)
        talk.say(trouble)


class ValidateOrderForm(Step):
    """Rasa's form asks this after every message what is still missing."""

    action_name = "validate_order_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> list[EventType]:
        """Events for the form: slots, and the next one to ask for (none: it is complete)."""
        talk = Talk(dispatcher, tracker, domain, current_turn())
        await self.act(talk)
        return talk.events

    async def act(self, talk: Talk) -> None:
        """Take the answer to the last question, then see what is missing."""
        resuming = talk.turn.remembered.pop("resuming", False)
        answering = talk.turn.remembered.pop("hold", False)
        asked = talk.slot(REQUESTED)
        if asked and not resuming and not answering and not facts_given(talk):
            # Something else was said: without a slot set here Rasa's form steps aside for the rules.
            talk.remember(**{REQUESTED: asked})
            return
        if asked and not resuming and answering:
            take_answer(talk, asked)
        missing = await self._missing(talk)
        if news_given(talk):
            talk.remember(failed_attempts=0.0, awaiting=None)
        if missing and missing == asked and not resuming and answering and not news_given(talk):
            talk.remember(form_failures=float(talk.count("form_failures") + 1))
            # Not understood just before the wish was taken, and no progress in it: that is twice in a row.
            before = min(1, talk.count("failed_attempts") + talk.count("not_helpful_count"))
            if talk.count("form_failures") + before >= services().policy.attempts:
                give_up(talk, "repeated_misunderstanding")
                missing = None
        elif missing != asked:
            talk.remember(form_failures=0.0)
        talk.remember(**{REQUESTED: missing})

    async def _missing(self, talk: Talk) -> str | None:
        shop = services().shop
        if shop is None:
            return None
        complete_pair(talk)
        try:
            identity = await identify(talk, shop, wish_of(talk))
            if identity.order is None:
                return not_identified(talk, identity)
            found(talk, identity.order)
            return await wish_of(talk).missing(talk, identity.order, shop)
        except ShopUnavailable:
            talk.turn.remembered["shop_unavailable"] = True
            return None


def facts_given(talk: Talk) -> bool:
    """Whether the message names an order or an address; Rasa has put them into their slots already."""
    entities = talk.tracker.latest_message.get("entities") or []
    return any(item.get("entity") in {"order_number", "email"} for item in entities)


def news_given(talk: Talk) -> bool:
    """Whether the message names a fact that no earlier message named: progress, even if it is not the one asked for."""
    entities = talk.tracker.latest_message.get("entities") or []
    facts = [str(item.get("value")) for item in entities if item.get("entity") in {"order_number", "email"}]
    said = " ".join(heard.text for heard in talk.earlier()).lower()
    return any(fact.lower() not in said for fact in facts)


def take_answer(talk: Talk, asked: str) -> None:
    """The answer to the question that was asked, where it is not an entity Rasa finds by itself."""
    heard = talk.heard
    if asked in FREE_TEXT and heard.text.strip():
        talk.remember(**{asked: heard.text.strip()})
    elif asked == CONFIRMED:
        answer = yes_or_no(heard, talk.slot("wish"))
        if answer is not None:
            talk.remember(confirmed=answer)


def yes_or_no(heard: Understanding, wish: str | None) -> bool | None:
    """Whether an answer confirms. Only a plain yes does: a yes with a condition is no yes to what was asked."""
    if heard.button:
        return {"affirm": True, "deny": False}.get(heard.intent or "")
    if heard.intent == "deny" or _NO.match(heard.text):
        return False
    says_yes = heard.intent == "affirm" or (heard.intent == wish and _YES.match(heard.text))
    return True if says_yes and not _CONDITION.search(heard.text) else None


def found(talk: Talk, order: Order) -> None:
    """Remember a proved order; details given for another one do not carry over."""
    talk.turn.remembered["order"] = order
    if talk.slot("verified_order") != order.number:
        if talk.slot("verified_order"):
            talk.remember(**{name: None for name in DETAILS if name != "wish_text"})
        talk.remember(verified_order=order.number, order_number=order.number, lookup_failures=0.0)
        # Only an address that fits an order is known to be the customer's; one that was merely typed is not.
        talk.remember(contact_email=talk.turn.verified_email or email_address(talk))
    talk.turn.findings.orders[order.number] = {"order_number": order.number, "state": order.state.value}


def complete_pair(talk: Talk) -> None:
    """After a pair that did not fit, one half given anew is tried with the other half as it was given before."""
    given = {name: talk.slot(name) for name in ("order_number", "email")}
    if not talk.count("lookup_failures") or all(given.values()) or not any(given.values()):
        return
    missing = next(name for name, value in given.items() if not value)
    before = talk.given_before(missing)
    if before:
        talk.remember(**{missing: before})


def not_identified(talk: Talk, identity: Identity) -> str | None:
    """What to ask next; a pair that does not fit is forgotten, the second such pair brings a person."""
    talk.turn.remembered["choices"] = identity.choices
    if not identity.wrong:
        return identity.ask
    talk.remember(order_number=None, email=None, lookup_failures=float(talk.count("lookup_failures") + 1))
    if talk.count("lookup_failures") >= services().policy.attempts:
        give_up(talk, "repeated_misunderstanding", "order_not_found")
        return None
    talk.turn.remembered["not_found"] = True
    return identity.ask


class ServeWish(Step):
    """Everything needed is known: do it."""

    action_name = "action_serve_wish"

    async def act(self, talk: Talk) -> None:
        """Serve, or say why not; afterwards the wish is done."""
        order_now: Order | None = talk.turn.remembered.get("order")
        shop = services().shop
        if talk.turn.findings.handover is not None:
            pass  # the collecting has already decided that a person must help
        elif shop is None or talk.turn.remembered.get("shop_unavailable"):
            give_up(talk, "tool_failure", "shop_unavailable")
        elif order_now is not None:
            await self._serve(talk, order_now)
        if talk.turn.findings.handover is not None:
            talk.then("action_hand_over")
        talk.remember(last_wish=talk.slot("wish"), wish=None, form_failures=0.0, **dict.fromkeys(DETAILS))

    async def _serve(self, talk: Talk, order_now: Order) -> None:
        shop = services().shop
        assert shop is not None  # noqa: S101 - checked by the caller
        served = f"{talk.slot('wish')}:{order_now.number}"
        try:
            await wish_of(talk).serve(talk, order_now, shop)
            if talk.turn.findings.handover is not None:
                return  # nothing was told, so it was not told again
            talk.turn.findings.answered = True
            talk.remember(failed_attempts=0.0)
            if talk.slot("served") == served or repeats_itself(talk):
                asked_again(talk)
            talk.remember(served=served)
        except ShopUnavailable:
            give_up(talk, "tool_failure", "shop_unavailable")


def asked_again(talk: Talk) -> None:
    """The same wish for the same order, right after it was served: telling it again did not help."""
    talk.remember(not_helpful_count=float(talk.count("not_helpful_count") + 1))
    refused, reason = offered(talk)
    if talk.count("not_helpful_count") >= services().policy.attempts or (refused and reason == "policy"):
        give_up(talk, reason or "repeated_misunderstanding", "asked_again")
    elif talk.turn.findings.offered_human:
        return
    else:
        offer(talk, "utter_all_i_can_see", reason="repeated_misunderstanding")
