"""Who acts on a message: the rule of its intent, or something that comes before every rule.

Rules say what each intent leads to. Before them come the customer's mood, the question the bot has just asked, and
how sure the reading is. The thresholds on confidence are here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actions.answering import CLOSEST, MEANING
from actions.failures import begins_as_correction
from actions.handing_over import OFFER
from actions.order_form import FREE_TEXT
from actions.order_wishes import WISHES
from actions.policy import SETTLING, TONELESS, WORDS_WITH_A_TONE, HandoverPolicy, Mood
from actions.small_talk import DISPLEASED
from bot.brain.acknowledgements import acknowledges
from bot.brain.harm import may_tell_of_harm, tells_of_harm
from bot.brain.nlu.mood_signals import heated, insults_us, laughs, leaving
from bot.brain.reading import Reading
from bot.brain.requests import mentions_person, speaks_of_person, takes_person
from bot.brain.topics import DANGER, PERSON_FIRST

CERTAIN = 0.55
"""From here on the likeliest meaning is served without asking."""
PLAUSIBLE = 0.15
"""From here on a meaning is worth a button."""
LIKELIEST = 2
"""Where a question is among so many likeliest meanings, the knowledge base is asked before the customer is."""
DANGER_PLAIN = 0.5
"""From here on it is danger whatever the words; below, some word must be one that could be about harm."""
COMPLAINED = 0.3
"""A complaint or insult that is likeliest, from here on, is answered as one."""
SURELY_MEANT = 0.9
"""From here on a complaint or an insult is one whatever its tone: of 691 messages of development conversations 36 of
the displeased are read so, and 2 of others."""
SURELY_OF_AN_ORDER = 0.98
"""From here on a message after an open question is about an order, though it has no word of one."""
MEANT_IN_ANGER = 0.4
"""From here on a message is dissatisfaction by its meaning; less sure, only its tone counts."""
DANGER_LIKELY, DANGER_POSSIBLE = 0.2, 0.08
"""How likely danger must be, all its meanings together, to fetch a person and to ask about it. Drawn from left-out
training rows: .2 finds 15 of the 27 that tell of danger and are not read so for certain, and 27 of 5,254 others."""
PERSON_LIKELY = {
    "request_human": 0.6,
    "callback_request": 0.4,
    "legal_threat": 0.25,
    "data_request": 0.25,
    "special_request": 0.3,
}
"""How likely these must be in a message that is read unsurely; from here on half or more of such rows mean it."""
PERSON_NAMED = 0.45
"""The same of `request_human` where the message names people, or talking to somebody. Of development messages between
the two 12 ask for a person and 5 do not."""
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
BRIEF = 3
"""Up to so many words, probable praise only takes note of an answer ('ah clever') unless something is wrong."""
CALM_ENOUGH = 0.6
"""Up to this frustration who only takes note ('ok, no worries') is content with it."""
A_REASON = 5
"""Up to so many words are only the reason or the thing that was asked for: 'too thick' is no insult then."""
LIKELY_COMPLAINT = 0.3
"""From here on, complaint and insult together, a message of some words in an annoyed tone is anger at us if it is not
certainly something else: of the same 691 messages 35 of conversations to be handed over, 5 of others."""
SOME_DISPLEASURE = 0.2
"""From here on, complaint and insult together, a wish in no good mood has its trouble named."""
SOME_WORDS = 4
"""So many words make a message that can be that complaint."""
LOUD = 0.85
"""The frustration it needs where it is read for certain: 'I have a complaint about your store' may be said calmly."""
LEAVES_FROM = 0.5
"""From this frustration on who says that they buy elsewhere is leaving because of us."""
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
_CORRECTION = re.compile(
    r"\b(?:no|not|nope|wrong|mea?nt?|mistake|mistyped|sorry|instead|actually|rather|typo)\b", re.IGNORECASE
)
UNANSWERED = frozenset({MEANING, CLOSEST, f"{OFFER}:missing_knowledge"})
"""What is awaited after a question that got no sure answer."""
_OF_AN_ORDER = re.compile(
    r"\b(?:order\w*|bought|parcels?|packages?|box|deliver\w*|arriv\w*|c[ao]me|get here|be here|here by"
    r"|be with (?:me|us)|track\w*|refund\w*|return\w*|sent|send\w*|ship\w*|dispatch\w*|exchang\w*|swap\w*|cancel\w*"
    r"|invoices?|receipts?|money|paid|pay\w*|charged?|address|wrong|missing|broken?|torn|damaged?|faulty|my)\b",
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
    trouble_open: bool = False
    corrected_before: bool = False

    @property
    def failed_before(self) -> bool:
        """Whether the messages just before were not helped."""
        return float(self.slots.get("failed_attempts") or 0) > 0 or float(self.slots.get("not_helpful_count") or 0) > 0


def route(reading: Reading, now: Situation, policy: HandoverPolicy) -> Route:
    """Mood first, then what was asked, then how sure the reading is."""
    if reading.button:
        answers = now.requested is not None and reading.intent in ANSWERS
        return Route("action_open_article") if reading.entity("article") else Route(hold=answers)
    if not _WORD.search(reading.text) and not reading.entity("order_number"):
        return Route("action_say_what_you_need")
    settles = reading.intent in SETTLING  # 'found it now, diolch' is unlike what customers write, and clear enough
    certain = reading.confidence >= CERTAIN and (settles or not reading.out_of_scope)
    return _before_mood(reading, now, certain, policy) or _by_mood(reading, now, certain, policy)


def _before_mood(reading: Reading, now: Situation, certain: bool, policy: HandoverPolicy) -> Route | None:
    """What is obeyed in whatever tone it is said, and what was missed twice."""
    asked = _asks_for_person(reading, now, certain, policy)
    if asked is not None:
        return asked
    obeyed = certain and reading.intent in STEERING
    if obeyed and not _lacks_what_was_asked(reading, now) and not _names_it(reading, now):
        return _obeyed(reading, now, policy)
    needed = None if certain else _needs_person(reading, now)
    if needed is None and _corrects_again(reading, now):
        return Route("action_hand_over", reason="repeated_misunderstanding")
    return Route("action_hand_over", meant=needed) if needed is not None else None


def _asks_for_person(reading: Reading, now: Situation, certain: bool, policy: HandoverPolicy) -> Route | None:
    """Whoever sounds annoyed and may want a person is not asked twice."""
    if _takes_person(reading, now, certain):
        return Route("action_hand_over", meant="request_human")
    if not _may_want_person(reading, now):
        return None
    annoyed = policy.is_annoyed(reading.frustration, reading.intent, reading.text) or now.displeased_before
    likely = reading.confidence >= CERTAIN and (annoyed or now.failed_before)
    return Route("action_hand_over", meant="request_human") if likely else Route("action_offer_person")


def _obeyed(reading: Reading, now: Situation, policy: HandoverPolicy) -> Route:
    """A certain meaning that comes before all others, unless it hardly says what it looks like."""
    if reading.intent == "safety_issue" and _hardly_says_so(reading):
        return Route("action_ask_about_danger")
    if reading.intent == "stop" and _leaves_angry(reading, now, policy):
        return Route("action_hand_over", reason="frustration")
    return Route()


def _by_mood(reading: Reading, now: Situation, certain: bool, policy: HandoverPolicy) -> Route:
    asking = certain and (reading.intent or "").startswith("ask_")
    hot = heated(reading.text) and (not asking or insults_us(reading.text))
    meant = reading.confidence >= MEANT_IN_ANGER or reading.intent in TONELESS
    described = now.requested in FREE_TEXT and len(reading.text.split()) <= A_REASON
    mood = policy.mood(
        reading.frustration,
        reading.intent if meant and not described else None,
        reading.text,
        displeased_before=now.displeased_before,
        heated=hot,
        sure=reading.confidence >= SURELY_MEANT and len(reading.text.split()) >= WORDS_WITH_A_TONE,
    )
    if _surely_foreign(reading) and not hot:
        mood = Mood.CALM  # what is none of our business is not said about us, however it sounds
    if mood is Mood.CALM and _bitter_praise(reading, now, policy):
        mood = Mood.ANGRY if now.displeased_before and reading.frustration >= policy.neutral else Mood.ANNOYED
    praising = reading.intent in PRAISING and mood is not Mood.CALM
    if praising and not (mood is Mood.ANGRY and now.displeased_before):
        return Route("action_complaint")  # honest praise may be misread: a person is offered, not fetched
    if _takes_note(reading, now, certain):
        return Route("action_acknowledge")
    if mood is Mood.ANGRY or _had_enough(reading, now, certain, policy):
        return Route("action_hand_over", reason="frustration")
    routed = (
        _answer_to_question(reading, now, certain) or _pressed(reading, now) or _by_certainty(reading, certain, mood)
    )
    felt = mood is Mood.ANNOYED or _sounds_let_down(reading, policy)
    sympathy = felt and not now.slots.get("sympathy_shown") and reading.intent not in SORRY_BY_ITSELF
    sympathy = sympathy and routed.action != "action_complaint"
    return Route(routed.action, routed.reason, routed.hold, sympathy)


def _sounds_let_down(reading: Reading, policy: HandoverPolicy) -> bool:
    """'Oh brilliant, another week of waiting': a wish or a trouble, told by somebody who is not pleased with us."""
    asks = (reading.intent or "").startswith("ask_")
    return not asks and _displeasure(reading) >= SOME_DISPLEASURE and reading.frustration >= policy.neutral


def _displeasure(reading: Reading) -> float:
    return sum(chance for name, chance in reading.meanings if name in DISPLEASED)


def _takes_note(reading: Reading, now: Situation, certain: bool) -> bool:
    """'Oh well, next time': calm, unless it comes from somebody who was displeased and sounds so still."""
    if _praises_briefly(reading, now):
        return True
    if (
        (certain and reading.intent not in DISPLEASED)
        or now.requested is not None
        or danger(reading) >= DANGER_POSSIBLE
    ):
        return False
    calm = not now.displeased_before or reading.frustration < CALM_ENOUGH
    return calm and not heated(reading.text) and acknowledges(reading.text)


def _praises_briefly(reading: Reading, now: Situation) -> bool:
    """'Ah clever': too short to be sure of, and nothing was wrong that would make it bitter."""
    brief = reading.intent in PRAISING and reading.confidence >= LIKELY_COMPLAINT and len(reading.text.split()) <= BRIEF
    wrong = now.displeased_before or now.trouble_open or now.requested is not None or heated(reading.text)
    return brief and reading.confidence < CERTAIN and not wrong


def _bitter_praise(reading: Reading, now: Situation, policy: HandoverPolicy) -> bool:
    """'Fantastic quality control' between the broken thing and its mending is no praise, if it does not sound glad."""
    return now.trouble_open and policy.is_bitter_praise(reading.frustration, reading.intent, reading.text)


def _had_enough(reading: Reading, now: Situation, certain: bool, policy: HandoverPolicy) -> bool:
    """What ends a calm attempt without any of the signs of anger: leaving us for another shop, what is probably a
    complaint in an annoyed tone, dissatisfaction after earlier displeasure."""
    if certain and reading.intent not in DISPLEASED:
        return False
    leaves = leaving(reading.text) and reading.frustration >= LEAVES_FROM
    return leaves or _probably_complains(reading, now, policy) or _had_enough_before(reading, now, certain, policy)


def _probably_complains(reading: Reading, now: Situation, policy: HandoverPolicy) -> bool:
    told = len(reading.text.split()) >= SOME_WORDS and now.requested not in FREE_TEXT and not laughs(reading.text)
    # Read for certain, it may be said calmly ('I have a complaint about your store'): then the tone must say more.
    loud = LOUD if reading.confidence >= CERTAIN else policy.annoyed
    return told and _displeasure(reading) >= LIKELY_COMPLAINT and reading.frustration >= loud


def _had_enough_before(reading: Reading, now: Situation, certain: bool, policy: HandoverPolicy) -> bool:
    """After earlier displeasure a certain complaint is enough, and what is not understood, said in no good mood."""
    if not now.displeased_before or _surely_foreign(reading) or (certain and reading.intent in SETTLING):
        return False
    answers = now.requested in FREE_TEXT or reading.intent in TONELESS or _gives_facts(reading)
    short = len(reading.text.split()) < WORDS_WITH_A_TONE
    return certain or (not answers and not short and reading.frustration >= policy.annoyed_outright)


def _gives_facts(reading: Reading) -> bool:
    return bool(reading.entity("order_number") or reading.entity("email"))


def _names_it(reading: Reading, now: Situation) -> bool:
    """'The sandals', where it was asked which: read alone it looks like a correction, and it is the answer."""
    return reading.intent == "correct" and now.requested in FREE_TEXT and _CORRECTION.search(reading.text) is None


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
            if danger(reading) >= DANGER_PLAIN or tells_of_harm(reading.text):
                return name
            continue
        if not only_danger and chance >= _likely_from(name, reading):
            return name
    return None


def _likely_from(name: str, reading: Reading) -> float:
    if name == "request_human" and speaks_of_person(reading.text) and not mentions_person(reading.text):
        return PERSON_NAMED
    return PERSON_LIKELY.get(name, 2.0)


def _may_want_person(reading: Reading, now: Situation) -> bool:
    """Perhaps a request for a person, perhaps only a mention of one: worth an offer, unless one was just made."""
    if reading.intent != "request_human" or now.requested is not None or danger(reading) >= DANGER_LIKELY:
        return False
    offered = _person_offered(now)
    unsure = reading.confidence < _likely_from("request_human", reading)
    mention = reading.confidence < PERSON_DESPITE_MENTION and mentions_person(reading.text)
    if reading.confidence < CERTAIN and not speaks_of_person(reading.text):
        return False
    return not offered and reading.confidence >= PERSON_OFFERED and (unsure or mention)


def _takes_person(reading: Reading, now: Situation, certain: bool) -> bool:
    """A yes that says so itself; right after the offer of a person, what is likeliest to ask for one."""
    if certain and reading.intent == "affirm":
        return now.requested is None and takes_person(reading.text)
    likely = reading.intent == "request_human" and reading.confidence >= PERSON_OFFERED
    return likely and _person_offered(now) and speaks_of_person(reading.text) and not mentions_person(reading.text)


def _corrects_again(reading: Reading, now: Situation) -> bool:
    """'No, not a tent pole', and after the next answer 'still not it': whatever was said between, it missed twice."""
    answers = now.requested in FREE_TEXT or _gives_facts(reading)
    return now.corrected_before and not answers and (reading.missed or begins_as_correction(reading.text))


def _person_offered(now: Situation) -> bool:
    return str(now.slots.get("awaiting") or "").startswith("offer_human")


def _hardly_says_so(reading: Reading) -> bool:
    """'Gas then' may choose a stove or report a leak: who is in danger is asked, before anything else."""
    return len(reading.text.split()) < WORDS_WITH_A_TONE and not tells_of_harm(reading.text)


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
    if certain and reading.intent == "affirm" and now.requested in FACTS and _person_offered(now) and not given:
        return Route("action_affirm")
    wish = now.slots.get("wish")
    if certain and reading.intent in WISHES.intents and reading.intent != wish:
        # 'Too small' is a reason for a return when the reason was asked for, and a wish to swap at any other time.
        described = now.requested in FREE_TEXT and not _OTHER_WISH.search(reading.text)
        return Route(hold=True) if described else Route("action_take_wish")
    if (
        given
        or reading.intent in ANSWERS
        or reading.intent == wish
        or _names_it(reading, now)
        or _lacks_what_was_asked(reading, now)
    ):
        return Route(hold=True)
    if _surely_foreign(reading) or certain:
        return None
    return Route("action_answer_or_ask_again" if _QUESTION.search(reading.text) else None, hold=True)


def _pressed(reading: Reading, now: Situation) -> Route | None:
    """'I need to know before Friday', after a question that was not answered, is about that question, not an order."""
    if now.requested is not None or _gives_facts(reading) or reading.confidence >= SURELY_OF_AN_ORDER:
        return None
    open_question = now.failed_before or str(now.slots.get("awaiting") or "") in UNANSWERED
    about_order = reading.intent in WISHES.intents and _OF_AN_ORDER.search(reading.text) is None
    return Route("action_answer") if open_question and about_order else None


def _lacks_what_was_asked(reading: Reading, now: Situation) -> bool:
    """'I don't have the number': neither an answer nor another wish, so the question is asked with more help."""
    if now.requested not in FACTS or reading.intent in PERSON_FIRST or reading.intent == "stop":
        return False
    return bool(_LACKING.search(reading.text)) and not (reading.entity("order_number") or reading.entity("email"))


def _by_certainty(reading: Reading, certain: bool, mood: Mood) -> Route:
    foreign = reading.intent == "out_of_scope"
    if (foreign or not certain) and reading.says_nothing and not reading.parse.get("entities"):
        return Route("action_clarify")  # whatever such letters are likeliest to mean
    if certain:
        return Route()
    if danger(reading) >= DANGER_POSSIBLE and may_tell_of_harm(reading.text):
        return Route("action_ask_about_danger")
    if mood is Mood.ANNOYED or (reading.intent in DISPLEASED and reading.confidence >= COMPLAINED):
        # Displeased, and what about is not clear: that is a complaint, unless an article answers what it asks.
        return Route("action_answer_or_complaint" if _QUESTION.search(reading.text) else "action_complaint")
    return Route(_of_uncertain(reading))


def _of_uncertain(reading: Reading) -> str:
    """What is tried with a calm message that is not understood for certain."""
    if reading.out_of_scope:
        return "action_answer_or_decline"
    asks = any(name.startswith("ask_") for name, _ in reading.meanings[:LIKELIEST])
    return "action_answer_or_clarify" if asks or reading.confidence < PLAUSIBLE else "action_clarify"
