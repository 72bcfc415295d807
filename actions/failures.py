"""Turns in which the customer was not helped: counted, told apart by what they were about, and when it is enough."""

from __future__ import annotations

import re

from actions.quick_replies import PERSON, QuickReply
from actions.services import services
from actions.talk import Talk
from actions.turn import Understanding

ANOTHER_MATTER = 0.22
"""Below this cosine to the message before, a message is about something else. In development conversations the two
messages of a handover for two failures are mostly nearer where the person was needed (15 of 18), and mostly not where
the second was only another question (6 of 9)."""
TELLING_WORDS = 3
"""Fewer words are too little to be about anything by themselves."""
PATIENT = 0.5
"""From this frustration on a second failure counts in full whatever it is about."""
_CORRECTS = re.compile(
    r"^\W*(?:(?:no|nope|nah|er|um|well|but|sorry|again)\b\W*)*"
    r"(?:not (?:the|that|this|about|an?|my|what|for|how|where|when|which|who|why|if|whether|\w+ing)\b"
    r"|i (?:(?:don'?t|do not|didn'?t|did not) )?(?:said|say|meant|mean|asked|ask)\b|(?:again|still) (?:not|no|wrong)\b"
    r"|that'?s (?:not|still|twice|again)\b|that is (?:not|still)\b"
    r"|(?:this|it|that)(?:'s| is| was) (?:still )?not (?:it\b|what\b|about)"
    r"|(?:this|it|that) (?:isn'?t|wasn'?t|ain'?t) (?:it\b|what\b|about|the\b)"
    r"|(?:you(?:'?re| are| have|'ve)?|ur|u r) (?:still |just |only |now )?"
    r"(?:told|tell\w*|talk\w*|gave|given|giving|explain\w*|describ\w*|answer(?:ed|ing)|keep|sent me|show(?:ed|ing))\b"
    r"|(?:wrong|still)\b)",
    re.IGNORECASE,
)
"""How a correction begins; a bare no and a new question are none."""
_CLOSES = re.compile(
    r"^\W*(?:(?:ha)+|lol|oh|ah|shoot|phew|hm+|well)?\W*(?:fair(?: enough| dos)?|oh well|never ?mind|any ?way"
    r"|ok(?:ay)?|all ?right|right"
    r"|no (?:worries|problem|matter)|got it|cool|thanks|thank you|too bad|pity|shame)\b(?!\W+but\b)\W",
    re.IGNORECASE,
)
"""How a message begins that leaves the matter before it: 'fair enough, and do you sell the wax?'"""


def corrects(heard: Understanding) -> bool:
    """Whether a message says by its form that the answer before it was about something else: 'no, not the mat'."""
    return not heard.button and begins_as_correction(heard.text)


def begins_as_correction(text: str) -> bool:
    """Whether a text has that form; for messages that no longer have their reading."""
    return _CORRECTS.search(text) is not None


def count_failure(talk: Talk, weight: float = 1.0) -> None:
    """One more turn in which the customer was not helped; several gaps in one turn are one failure. Right after another
    one it counts half if it is calmly about something else: that is no loop."""
    if talk.turn.remembered.get("failed"):
        return
    talk.turn.remembered["failed"] = True
    failed = float(talk.slot("failed_attempts") or 0)
    talk.remember(failed_attempts=failed + (weight / 2 if failed and another_matter(talk) else weight))


def failed_enough(talk: Talk) -> bool:
    """Whether a person should take over: turns without help, and answers that were said not to help, add up."""
    return _failures(talk) >= services().policy.attempts


def nearly_enough(talk: Talk) -> bool:
    """Whether one failure more would be enough, so that the door to a person is to stand open already."""
    return _failures(talk) > services().policy.attempts / 2


def door_to_person(talk: Talk) -> list[QuickReply]:
    """The button for a person, where one failure more would bring one."""
    return [PERSON] if nearly_enough(talk) else []


def another_matter(talk: Talk) -> bool:
    """Whether the message is calmly about something else than the one before it."""
    heard, knowledge = talk.heard, services().knowledge
    before = next(reversed(list(talk.earlier())), None)
    if before is None or knowledge is None or heard.button or corrects(heard):
        return False
    if _CLOSES.match(heard.text) and heard.frustration < services().policy.annoyed:
        return True  # 'shame' has a tone of its own
    if heard.frustration >= PATIENT or len(heard.text.split()) < TELLING_WORDS:
        return False
    return knowledge.likeness(before.text, heard.text) < ANOTHER_MATTER


def _failures(talk: Talk) -> float:
    return float(talk.slot("failed_attempts") or 0) + float(talk.slot("not_helpful_count") or 0)
