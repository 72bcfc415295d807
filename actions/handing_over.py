"""Passing a conversation to a person, or offering to."""

from __future__ import annotations

from actions.quick_replies import NO, PERSON, YES
from actions.services import services
from actions.talk import Aside, Heard, Step, Talk, quote
from actions.turn import Understanding

REASON_BY_INTENT = {
    "request_human": ("customer_request", "asked_for_person"),
    "callback_request": ("customer_request", "asked_for_call"),
    "legal_threat": ("sensitive_topic", "legal"),
    "safety_issue": ("sensitive_topic", "safety"),
    "self_harm": ("sensitive_topic", "self_harm"),
    "special_request": ("policy", "exception"),
    "data_request": ("sensitive_topic", "personal_data"),
}
FAILURES = frozenset({"missing_knowledge", "repeated_misunderstanding"})
URGENT_SIGNALS = frozenset({"safety", "self_harm", "danger"})


def give_up(talk: Talk, reason: str, signal: str = "not_understood") -> None:
    """Decide that a person must go on; what to say follows from the reason."""
    priority = "urgent" if signal in URGENT_SIGNALS else _priority(talk, reason)
    talk.hand_over(reason, signal, priority=priority, evidence=_evidence(talk, reason, signal))


def _priority(talk: Talk, reason: str) -> str:
    return services().policy.priority(reason, talk.heard.urgency, upset=_upset(talk))


def _upset(talk: Talk) -> bool:
    """A yes to an offer has no tone: the message that led to the offer has."""
    policy = services().policy
    latest: list[Heard | Understanding] = [*list(talk.earlier())[-1:], talk.heard]
    return any(policy.is_annoyed(heard.frustration, heard.intent, heard.text) for heard in latest)


def _evidence(talk: Talk, reason: str, signal: str) -> list[dict[str, object]]:
    """The customer's own words that speak for it: earlier displeasure, the question that failed, this message."""
    policy = services().policy
    asked = str(talk.slot("last_question") or "") if reason in FAILURES else ""
    before = list(talk.earlier())
    accepted = talk.heard.button or talk.heard.intent == "affirm"
    items = []
    for heard in before:
        if policy.is_annoyed(heard.frustration, heard.intent, heard.text):
            items.append(quote(heard.seq, heard.text, "frustration", round(heard.frustration, 2)))
        elif (asked and heard.text == asked) or (accepted and heard is before[-1]):
            # A yes to an offer shows nothing by itself; the message that led to the offer does.
            items.append(quote(heard.seq, heard.text, signal, 1.0))
    value = round(talk.heard.frustration, 2) if signal == "frustration" else 1.0
    return [*items, quote(talk.heard.seq, talk.heard.text, signal, value)]


class HandOver(Step):
    """Pass the conversation on, at once, and say so."""

    action_name = "action_hand_over"

    async def act(self, talk: Talk) -> None:
        """Reason by what was decided in this turn, else by what the customer asked for."""
        talk.leave_form()
        if talk.turn.findings.handover is None:
            reason, signal = REASON_BY_INTENT.get(talk.heard.intent or "", ("customer_request", "accepted_offer"))
            if talk.turn.reason == DANGER:
                reason, signal = "sensitive_topic", DANGER
            elif talk.turn.reason:
                reason, signal = talk.turn.reason, talk.turn.reason
            give_up(talk, reason, signal)
        handover = talk.turn.findings.handover
        signal = str(handover.evidence[-1]["signal"]) if handover else ""
        reason = handover.reason if handover else ""
        why = next((f"utter_handover_{name}" for name in (signal, reason) if _known(talk, name)), None)
        if why is None and _known(talk, "upset") and _upset(talk) and not talk.slot("sympathy_shown"):
            why = "utter_handover_upset"
            talk.remember(sympathy_shown=True)
        talk.tell(" ".join([*([talk.words(why)] if why else []), what_happens(talk, signal)]))
        talk.remember(awaiting=None, failed_attempts=0.0, not_helpful_count=0.0)


def _known(talk: Talk, name: str) -> bool:
    return bool(name) and talk.response_text(f"utter_handover_{name}") is not None


def what_happens(talk: Talk, signal: str) -> str:
    """What the bot does now. Place in line, opening hours and the wish for an address are told by the service, which
    knows them at the moment of passing on. Whoever may be hurt hears it in words of its own."""
    contact = talk.slot("contact_email") or talk.turn.customer.get("email")
    if contact:
        talk.turn.findings.contact_email = str(contact)
    own = f"utter_handover_{'now' if talk.turn.people_available else 'noted'}_{signal}"
    if signal in URGENT_SIGNALS and talk.response_text(own):
        return talk.words(own)
    if talk.turn.people_available:
        return talk.words("utter_handover_now")
    return talk.words("utter_handover_noted_known" if contact else "utter_handover_noted", contact_email=contact)


class AskAboutDanger(Aside):
    """Nothing is sure but that somebody might be hurt."""

    action_name = "action_ask_about_danger"

    async def act(self, talk: Talk) -> None:
        """Emergency services first; a yes brings a person before everybody else, and answers no other question."""
        talk.leave_form()
        talk.turn.findings.offered_human = talk.asked_back = True
        talk.remember(awaiting=f"{OFFER}:{DANGER}", wish=None)
        talk.say("utter_danger_question", replies=[YES, NO])


class OfferPerson(Step):
    """Offer a person without pressing."""

    action_name = "action_offer_person"

    async def act(self, talk: Talk) -> None:
        """A yes to this hands over."""
        offer(talk, "utter_offer_person")


OFFER = "offer_human"
DANGER = "danger"
"""What a yes means after `AskAboutDanger`; a signal, not a reason of the handover packet."""


def offer(talk: Talk, response: str, *, reason: str | None = None, **values: object) -> None:
    """Say a response that offers a person; the next yes accepts, with this reason."""
    talk.turn.findings.offered_human = True
    talk.remember(awaiting=f"{OFFER}:{reason}" if reason else OFFER)
    talk.say(response, replies=[PERSON], **values)


def offered(talk: Talk) -> tuple[bool, str | None]:
    """Whether a person was offered last, and for which reason."""
    kind, _, reason = str(talk.slot("awaiting") or "").partition(":")
    return kind == OFFER, reason or None
