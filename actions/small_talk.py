"""Manners: greeting, thanks, yes and no, what the assistant can do, repeating, stopping."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from actions.answering import CLOSEST, MEANING
from actions.failures import count_failure, door_to_person, failed_enough
from actions.handing_over import give_up, offer, offered
from actions.policy import SETTLING
from actions.quick_replies import NO, NONE_OF_THESE, PERSON, STOP, YES, QuickReply, button
from actions.services import services
from actions.talk import REQUESTED, Aside, Step, Talk
from actions.wish import CONFIRMED

START = (
    button("Where is my order?", "order_status"),
    button("Return something", "return_start"),
    button("Talk to a person", "request_human"),
)


BESIDE = frozenset(reply["payload"] for reply in (PERSON, YES, NO, NONE_OF_THESE, STOP))
"""Buttons that name nothing to do."""
BARE_YES = 2
"""'Yes please' chooses nothing; 'yes, pass me on' does."""
_THANKS = re.compile(r"\b(?:thank\w*|thx|ta|cheers|help\w*|appreciat\w*|kind|grateful|solved|sorted)\b", re.IGNORECASE)
DISPLEASED = frozenset({"complaint", "insult"})
SURELY_FOREIGN = 0.55
"""From this confidence on a message is none of ours; below it may be ours and not understood."""


class Greet(Aside):
    """By name where it is known."""

    action_name = "action_greet"

    async def act(self, talk: Talk) -> None:
        """A returning customer is greeted as one; in the middle of something no menu is offered."""
        name = talk.turn.first_name
        response = "utter_greet_name" if name else "utter_greet"
        talk.say(response, replies=() if talk.in_form else START, name=name)


class Affirm(Aside):
    """A yes answers what was asked last."""

    action_name = "action_affirm"

    async def act(self, talk: Talk) -> None:
        """Accepting a person, or going on. Where a yes might mean either of two things, which one is asked, once."""
        things = open_choices(talk)
        if things and last_said(talk) != talk.words("utter_which_of_these"):
            talk.turn.findings.clarified = talk.asked_back = True
            talk.say("utter_which_of_these", replies=things)
        elif talk.slot("awaiting") == CLOSEST:
            talk.turn.findings.answered = True
            talk.remember(awaiting=None, failed_attempts=0.0)
            talk.say("utter_problem_solved")
        elif not accepts_offer(talk):
            talk.say("utter_affirm")


def open_choices(talk: Talk) -> Sequence[QuickReply]:
    """The buttons of the last message, if it asked to choose and a bare yes leaves open what is chosen: of several
    meanings, or of a person and something else."""
    said = latest_message(talk)
    shown = ((said or {}).get("data") or {}).get("buttons") or ()
    things = [shown_button for shown_button in shown if shown_button["payload"] not in BESIDE]
    was_offered, _ = offered(talk)
    undecided = (was_offered and things) or (talk.slot("awaiting") == MEANING and len(things) > 1)
    return shown if undecided and len(talk.heard.text.split()) <= BARE_YES else ()


def latest_message(talk: Talk) -> Mapping[str, Any] | None:
    """The bot's last message in Rasa's events."""
    said = [event for event in talk.tracker.events if event.get("event") == "bot" and event.get("text")]
    return said[-1] if said else None


def last_said(talk: Talk) -> str:
    """The bot's last words."""
    return str((latest_message(talk) or {}).get("text") or "")


def accepts_offer(talk: Talk) -> bool:
    """Fetch the person who was offered last; False if none was."""
    was_offered, reason = offered(talk)
    if was_offered:
        talk.turn.reason = reason
        talk.then("action_hand_over")
    return was_offered


class Deny(Aside):
    """A no answers what was asked last."""

    action_name = "action_deny"

    async def act(self, talk: Talk) -> None:
        """Declining a person leaves the door open."""
        declined, _ = offered(talk)
        talk.remember(awaiting=None)
        talk.say("utter_deny_offer" if declined else "utter_deny")


class Stop(Step):
    """Leave whatever was going on."""

    action_name = "action_stop"

    async def act(self, talk: Talk) -> None:
        """Nothing was changed, and that is said."""
        talk.say("utter_stopped_order" if talk.in_form else "utter_stopped")
        talk.leave_form()
        talk.remember(wish=None, awaiting=None, pending_intents=None, failed_attempts=0.0, form_failures=0.0)


class Repeat(Step):
    """Say the last thing again."""

    action_name = "action_repeat"

    async def act(self, talk: Talk) -> None:
        """The bot's last words, with their buttons."""
        last = latest_message(talk)
        if last is None:
            talk.say("utter_nothing_to_repeat")
            return
        talk.tell(str(last["text"]), replies=(last.get("data") or {}).get("buttons") or ())


class OutOfScope(Aside):
    """Foreign matters: say what can be done here, the second time offer a person. What is merely not understood is
    asked again, and the second time in a row a person helps."""

    action_name = "action_out_of_scope"

    async def act(self, talk: Talk) -> None:
        """Calm, short. What only may be foreign was perhaps a question that failed: half a failure."""
        unsure = talk.heard.confidence < SURELY_FOREIGN
        if unsure:
            count_failure(talk, 0.5 if talk.heard.intent == "out_of_scope" else 1.0)
        if talk.heard.intent != "out_of_scope" or (unsure and failed_enough(talk)):
            self._not_understood(talk)
            return
        talk.remember(out_of_scope_count=float(talk.count("out_of_scope_count") + 1))
        if talk.count("out_of_scope_count") >= 2:
            offer(talk, "utter_out_of_scope_offer")
        else:
            talk.say("utter_out_of_scope")

    def _not_understood(self, talk: Talk) -> None:
        count_failure(talk)
        if failed_enough(talk):
            give_up(talk, "repeated_misunderstanding")
            talk.then("action_hand_over")
            return
        talk.turn.findings.clarified = talk.asked_back = True
        talk.remember(last_question=talk.heard.text)
        talk.say("utter_not_understood", replies=door_to_person(talk))


class Goodbye(Step):
    """The customer takes leave: the conversation is over."""

    action_name = "action_goodbye"

    async def act(self, talk: Talk) -> None:
        """Say goodbye, and nothing merry to somebody who is displeased; an order half asked for is left alone."""
        talk.leave_form()
        talk.remember(wish=None, awaiting=None, pending_intents=None)
        talk.turn.findings.close = True
        talk.say("utter_goodbye_displeased" if displeased(talk) else "utter_goodbye")


class Settled(Aside):
    """Thanks, praise, or 'it works now': what failed before no longer counts."""

    action_name = "action_settled"

    async def act(self, talk: Talk) -> None:
        """Answer in kind. A 'great' without thanks in answer to the offer of a person is a yes, or bitter: a person is
        right for both."""
        thankless = _THANKS.search(talk.heard.text) is None
        looking = talk.in_form and talk.heard.frustration < services().policy.glad  # 'nice' while the number is sought
        if talk.heard.intent == "praise" and thankless and not looking and accepts_offer(talk):
            return
        sour = displeased(talk)
        talk.remember(failed_attempts=0.0, not_helpful_count=0.0)
        response = f"utter_{talk.heard.intent}" if talk.heard.intent in SETTLING else "utter_thank"
        if response != "utter_problem_solved" and talk.in_form and talk.slot(REQUESTED) != CONFIRMED:
            # Thanks for nothing yet: the customer looks for the number, or has had enough. Asking again would press.
            talk.asked_back = True
            response = "utter_thank_meanwhile"
        talk.say("utter_thank_displeased" if sour and response == "utter_thank" else response)


class Insult(Aside):
    """Calm under insults."""

    action_name = "action_insult"

    async def act(self, talk: Talk) -> None:
        """No arguing; what went wrong, or a person; the second time the person."""
        if complained_before(talk):
            pass_on_displeased(talk)
        else:
            offer(talk, "utter_insult")


class OtherLanguage(Aside):
    """English only so far."""

    action_name = "action_other_language"

    async def act(self, talk: Talk) -> None:
        """Say so and offer a person; a second message in that language accepts."""
        was_offered, reason = offered(talk)
        if was_offered and reason == "unsupported_request":
            give_up(talk, "unsupported_request", "other_language")
            talk.then("action_hand_over")
            return
        offer(talk, "utter_other_language", reason="unsupported_request")


class SayWhatYouNeed(Aside):
    """Nothing to read in the message: signs, emoji."""

    action_name = "action_say_what_you_need"

    async def act(self, talk: Talk) -> None:
        """Ask calmly; the second time offer a person."""
        talk.turn.findings.clarified = True
        talk.say("utter_say_what_you_need", replies=() if talk.in_form else START)


class Acknowledge(Aside):
    """The customer only takes note of what was said."""

    action_name = "action_acknowledge"

    async def act(self, talk: Talk) -> None:
        """Nothing more is wanted; what was asked is over, and an offered person is not fetched for it."""
        talk.remember(awaiting=None)
        talk.say("utter_deny")


class Complain(Aside):
    """Dissatisfied in general."""

    action_name = "action_complaint"

    async def act(self, talk: Talk) -> None:
        """Name the trouble once, offer a person; a second complaint is one for the person, and so is the first where
        the bot has failed already."""
        if complained_before(talk) or talk.slot("not_helpful_count") or talk.slot("failed_attempts"):
            pass_on_displeased(talk)
            return
        talk.remember(sympathy_shown=True)
        if talk.heard.intent not in DISPLEASED:
            count_failure(talk)  # the tone was heard, what it is about was not
        offer(talk, "utter_complaint")


def complained_before(talk: Talk) -> bool:
    """Whether an earlier message complained or insulted, and nothing was settled since."""
    complained = False
    for heard in talk.earlier():
        complained = heard.intent in DISPLEASED or (complained and heard.intent not in SETTLING)
    return complained


def displeased(talk: Talk) -> bool:
    """Whether an earlier message showed displeasure by what it said or its tone, and nothing was settled since."""
    policy = services().policy
    sour = False
    for heard in talk.earlier():
        annoyed = heard.intent in DISPLEASED or policy.is_annoyed(heard.frustration, heard.intent, heard.text)
        sour = annoyed or (sour and heard.intent not in SETTLING)
    return sour


def pass_on_displeased(talk: Talk) -> None:
    """Whoever is dissatisfied twice has been offered enough."""
    give_up(talk, "frustration", "complained_again")
    talk.then("action_hand_over")
