"""Who acts on a message: the rule of its intent, or something that comes before every rule.

Rules say what each intent leads to. Before them come the customer's mood, the question the bot has just asked, and
how sure the reading is. The thresholds on confidence are here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actions.order_form import FREE_TEXT
from actions.order_wishes import WISHES
from actions.policy import TONELESS, HandoverPolicy, Mood
from actions.small_talk import DISPLEASED
from bot.brain.harm import may_tell_of_harm
from bot.brain.nlu.mood_signals import heated
from bot.brain.reading import Reading
from bot.brain.requests import mentions_person, speaks_of_person, takes_person
from bot.brain.topics import DANGER, PERSON_FIRST

CERTAIN = 0.55
"""From here on the likeliest meaning is served without asking."""
PLAUSIBLE = 0.15
"""From here on a meaning is worth a button."""
DANGER_PLAIN = 0.5
"""From here on it is danger whatever the words; below, some word must be one that could be about harm."""
COMPLAINED = 0.3
"""A complaint or insult that is likeliest, from here on, is answered as one."""
MEANT_IN_ANGER = 0.4
"""From here on a message is dissatisfaction by its meaning; less sure, only its tone counts."""
DANGER_LIKELY, DANGER_POSSIBLE = 0.2, 0.08
"""How likely danger must be, all its meanings together, to fetch a person and to ask about it. Drawn from left-out
training rows: .2 finds 15 of the 27 that tell of danger and are not read so for certain, and 27 of 5,254 others."""
PERSON_LIKELY = {
    "request_human": 0.7,
    "callback_request": 0.4,
    "legal_threat": 0.25,
    "data_request": 0.25,
    "special_request": 0.3,
}
"""How likely these must be in a message that is read unsurely; from here on half or more of such rows mean it."""
PERSON_OFFERED = 0.3
"""From here on a person is offered where `request_human` is the likeliest meaning, but less likely than above."""
PERSON_DESPITE_MENTION = 0.95
"""From here on it is a request even where the words only speak of people ('which word gets me a person'). Of left-out
training rows with such words, 23 below it do not ask for a person and 4 do; those are offered one."""
STEERING = PERSON_FIRST | {"stop", "repeat", "correct"}
"""Meanings that are obeyed whatever was asked."""
SORRY_BY_ITSELF = frozenset({"complaint", "insult", "not_helpful", "stop", "order_damaged", "order_wrong_item"})
"""What these lead to names the trouble already."""
PRAISING = frozenset({"praise", "thank"})
"""Said by somebody who sounds displeased, these are sarcasm."""
ANSWERS = frozenset({"inform", "affirm", "deny"})
"""Meanings that answer a question of the bot."""
FACTS = frozenset({"order_number", "email"})
_LACKING = re.compile(
    r"\b(?:don'?t|do not|can'?t|cannot|didn'?t|haven'?t|never)\W+(?:\w+\W+){0,2}?"
    r"(?:have|know|remember|find|got|get|see|recall|keep|kept)\b"
    r"|\b(?:no idea|not sure|forgot|forgotten|dunno|lost (?:it|the|my))\b"
    r"|\b(?:where|what|which|how)\b.*\b(?:order number|number|e-?mail)\b|^\s*(?:no|nope)\W*$",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\?\s*$|^\s*(?:(?:and|but|so|hm+|ok|okay|well|wait|um|er)\W+)*(?:what|where|when|why|how|which|who|can|do|does|is|are|will)\b",
    re.I,
)
_OTHER_WISH = re.compile(
    r"\b(?:actually|instead|rather|cancel|forget|please|(?:i|we)(?:'d| would)? (?:want|like|need)|can (?:i|you))\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}|\d{3,}")


@dataclass(frozen=True, slots=True)
class Route:
    """What happens with a message. Without `action` the rules decide; `hold` keeps the form asking; `meant` is the
    meaning it is taken for where that is not the likeliest one."""

    action: str | None = None
    reason: str | None = None
    hold: bool = False
    sympathy: bool = False
    meant: str | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What the dialogue is at when a message arrives."""

    requested: str | None
    slots: Mapping[str, Any]
    displeased_before: bool = False


def route(reading: Reading, now: Situation, policy: HandoverPolicy) -> Route:
    """Mood first, then what was asked, then how sure the reading is."""
    if reading.button:
        answers = now.requested is not None and reading.intent in ANSWERS
        return Route("action_open_article") if reading.entity("article") else Route(hold=answers)
    if not _WORD.search(reading.text) and not reading.entity("order_number"):
        return Route("action_say_what_you_need")
    certain = reading.confidence >= CERTAIN and not reading.out_of_scope
    return _before_mood(reading, now, certain, policy) or _by_mood(reading, now, certain, policy)


def _before_mood(reading: Reading, now: Situation, certain: bool, policy: HandoverPolicy) -> Route | None:
    """What is obeyed in whatever tone it is said. Whoever sounds annoyed and may want a person is not asked twice."""
    if _may_want_person(reading, now):
        annoyed = policy.is_annoyed(reading.frustration, reading.intent, reading.text) or now.displeased_before
        likely = reading.confidence >= CERTAIN and annoyed
        return Route("action_hand_over", meant="request_human") if likely else Route("action_offer_person")
    if certain and reading.intent == "affirm" and now.requested is None and takes_person(reading.text):
        return Route("action_hand_over", meant="request_human")
    if certain and reading.intent == "stop" and _leaves_angry(reading, now, policy):
        return Route("action_hand_over", reason="frustration")
    if certain:
        return Route() if reading.intent in STEERING and not _lacks_what_was_asked(reading, now) else None
    needed = _needs_person(reading, now)
    return Route("action_hand_over", meant=needed) if needed is not None else None


def _by_mood(reading: Reading, now: Situation, certain: bool, policy: HandoverPolicy) -> Route:
    hot = heated(reading.text) and not (certain and (reading.intent or "").startswith("ask_"))
    mood = policy.mood(
        reading.frustration,
        reading.intent if reading.confidence >= MEANT_IN_ANGER or reading.intent in TONELESS else None,
        reading.text,
        displeased_before=now.displeased_before,
        heated=hot,
    )
    if _surely_foreign(reading) and not hot:
        mood = Mood.CALM  # what is none of our business is not said about us, however it sounds
    if mood is not Mood.CALM and reading.intent in PRAISING and not now.displeased_before:
        return Route("action_complaint")  # honest praise may be misread: a person is offered, not fetched
    if mood is Mood.ANGRY:
        return Route("action_hand_over", reason="frustration")
    routed = _answer_to_question(reading, now, certain) or _by_certainty(reading, certain, mood)
    sympathy = mood is Mood.ANNOYED and not now.slots.get("sympathy_shown") and reading.intent not in SORRY_BY_ITSELF
    sympathy = sympathy and routed.action != "action_complaint"
    return Route(routed.action, routed.reason, routed.hold, sympathy)


def _surely_foreign(reading: Reading) -> bool:
    """Whether it is read as none of the shop's business with certainty, not only refused for being unlike the rest."""
    return reading.intent == "out_of_scope" and reading.confidence >= CERTAIN


def _leaves_angry(reading: Reading, now: Situation, policy: HandoverPolicy) -> bool:
    """'Forget it, you can't do anything', by somebody who was displeased before: not to be left at that."""
    return now.displeased_before and policy.is_annoyed(reading.frustration, None, reading.text)


def _needs_person(reading: Reading, now: Situation) -> str | None:
    """The meaning for which a person is fetched although the message is read unsurely, or even as foreign."""
    given = reading.entity("order_number") or reading.entity("email")
    # An address, a reason or a number was asked for: words in it that sound like a wish are none, danger still is.
    only_danger = now.requested is not None and (now.requested not in FACTS or bool(given))
    for name, chance in reading.meanings:
        if name in DANGER and danger(reading) >= DANGER_LIKELY:
            if danger(reading) >= DANGER_PLAIN or may_tell_of_harm(reading.text):
                return name
            continue
        if not only_danger and chance >= PERSON_LIKELY.get(name, 2.0):
            return name
    return None


def _may_want_person(reading: Reading, now: Situation) -> bool:
    """Perhaps a request for a person, perhaps only a mention of one: worth an offer, unless one was just made."""
    if reading.intent != "request_human" or now.requested is not None or danger(reading) >= DANGER_LIKELY:
        return False
    offered = str(now.slots.get("awaiting") or "").startswith("offer_human")
    unsure = reading.confidence < PERSON_LIKELY["request_human"]
    mention = reading.confidence < PERSON_DESPITE_MENTION and mentions_person(reading.text)
    if reading.confidence < CERTAIN and not speaks_of_person(reading.text):
        return False
    return not offered and reading.confidence >= PERSON_OFFERED and (unsure or mention)


def danger(reading: Reading) -> float:
    """How likely it is that somebody is or could be hurt by something of ours, from 0 to 1."""
    if _surely_foreign(reading):
        return 0.0
    return sum(chance for name, chance in reading.meanings if name in DANGER)


def _answer_to_question(reading: Reading, now: Situation, certain: bool) -> Route | None:
    """What a message means as an answer to the question just asked; None if it is about something else."""
    if now.requested is None:
        return None
    given = now.requested in FACTS and (reading.entity("order_number") or reading.entity("email"))
    person_offered = str(now.slots.get("awaiting") or "").startswith("offer_human")
    if certain and reading.intent == "affirm" and now.requested in FACTS and person_offered and not given:
        return Route("action_affirm")
    wish = now.slots.get("wish")
    if certain and reading.intent in WISHES.intents and reading.intent != wish:
        # 'Too small' is a reason for a return when the reason was asked for, and a wish to swap at any other time.
        described = now.requested in FREE_TEXT and not _OTHER_WISH.search(reading.text)
        return Route(hold=True) if described else Route("action_take_wish")
    if given or reading.intent in ANSWERS or reading.intent == wish or _lacks_what_was_asked(reading, now):
        return Route(hold=True)
    if _surely_foreign(reading) or certain:
        return None
    return Route("action_answer_or_ask_again" if _QUESTION.search(reading.text) else None, hold=True)


def _lacks_what_was_asked(reading: Reading, now: Situation) -> bool:
    """'I don't have the number': neither an answer nor another wish, so the question is asked with more help."""
    if now.requested not in FACTS or reading.intent in PERSON_FIRST or reading.intent == "stop":
        return False
    return bool(_LACKING.search(reading.text)) and not (reading.entity("order_number") or reading.entity("email"))


def _by_certainty(reading: Reading, certain: bool, mood: Mood) -> Route:
    if certain:
        return Route()
    if danger(reading) >= DANGER_POSSIBLE and may_tell_of_harm(reading.text):
        return Route("action_ask_about_danger")
    if mood is Mood.ANNOYED or (reading.intent in DISPLEASED and reading.confidence >= COMPLAINED):
        # Displeased, and what about is not clear: that is a complaint, whatever it is likeliest to ask.
        return Route("action_complaint")
    if reading.out_of_scope:
        return Route("action_answer_or_decline")
    if reading.confidence < PLAUSIBLE or (reading.intent or "").startswith("ask_"):
        return Route("action_answer_or_clarify")
    return Route("action_clarify")
