"""Bare facts and corrections: they continue what was going on, or start it when it is clear what it is."""

from __future__ import annotations

from actions.answering import give, look_up, missed_again
from actions.handing_over import give_up, offer
from actions.identity import order_number
from actions.order_news import LINK_DEAD, LINKED, finds_dead
from actions.product_news import told_of_products
from actions.quick_replies import button
from actions.talk import ORDER_FORM, Aside, Talk
from actions.wish import DETAILS

ABOUT_AN_ORDER = (
    button("Where is it?", "order_status"),
    button("Cancel it", "order_cancel"),
    button("Send something back", "return_start"),
)


class Inform(Aside):
    """A bare fact outside of any question of ours."""

    action_name = "action_inform"

    async def act(self, talk: Talk) -> None:
        """An order number goes on with the last wish; a product may be a question in short."""
        if _entity(talk, "order_number"):
            go_on_with_order(talk)
        elif _entity(talk, "email") and talk.slot("last_wish") and order_number(talk):
            resume(talk)
        elif not await told_of_products(talk) and not answered_as_question(talk):
            talk.turn.findings.clarified = True
            talk.say("utter_inform")


class Correct(Aside):
    """No, I meant another one."""

    action_name = "action_correct"

    async def act(self, talk: Talk) -> None:
        """Take the new value; without one ask for it."""
        if _entity(talk, "order_number") or _entity(talk, "email"):
            go_on_with_order(talk)
            return
        if talk.in_form:
            talk.remember(order_number=None, email=None, **dict.fromkeys(DETAILS))
        if missed_again(talk):
            return
        talk.turn.findings.clarified = True
        talk.say("utter_correct")


class NotHelpful(Aside):
    """The last answer did not help."""

    action_name = "action_not_helpful"

    async def act(self, talk: Talk) -> None:
        """Once: ask for it in other words and offer a person. Twice, or where a link just given is dead: a person."""
        if str(talk.slot("served") or "").startswith(LINKED) and finds_dead(talk.heard.text):
            give_up(talk, "tool_failure", LINK_DEAD)
            talk.then("action_hand_over")
        elif not missed_again(talk):
            offer(talk, "utter_not_helpful", reason="repeated_misunderstanding")


def go_on_with_order(talk: Talk) -> None:
    """Serve the last wish for the order just named, or ask what to do with it. A number with its address and no word
    of a wish asks how the order stands; whether the two fit is said before anything else."""
    if talk.slot("wish") or talk.slot("last_wish"):
        resume(talk)
        return
    if _entity(talk, "email") and "{" not in talk.heard.text:  # a typed payload is no customer's word
        talk.remember(last_wish="order_status")
        resume(talk)
        return
    talk.turn.findings.clarified = True
    talk.say("utter_what_about_order", replies=ABOUT_AN_ORDER, order_number=order_number(talk))


def resume(talk: Talk) -> None:
    """The last wish again, with what is known now."""
    talk.remember(wish=talk.slot("wish") or talk.slot("last_wish"), **dict.fromkeys(DETAILS))
    talk.turn.remembered["resuming"] = True
    talk.then(ORDER_FORM)


def answered_as_question(talk: Talk) -> bool:
    """Whether the knowledge base knew what the words ask for."""
    if len(talk.heard.text.split()) < 2:
        return False
    answer = look_up(talk, talk.heard.text)
    if answer is None or not answer.answerable:
        return False
    give(talk, answer, talk.heard.text)
    return True


def _entity(talk: Talk, name: str) -> bool:
    entities = talk.tracker.latest_message.get("entities") or []
    return any(item.get("entity") == name for item in entities)
