"""When a conversation is passed on, and how urgently. Pure values; the thresholds are tuned in one place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

PRIORITIES: Mapping[str, str] = MappingProxyType(
    {
        "customer_request": "normal",
        "frustration": "high",
        "repeated_misunderstanding": "normal",
        "missing_knowledge": "normal",
        "unsupported_request": "normal",
        "policy": "normal",
        "tool_failure": "normal",
        "sensitive_topic": "high",
        "bot_failure": "high",
    }
)
"""Priority by reason of the handover packet; a topic can raise it (a gas leak is urgent)."""


class Mood(Enum):
    """What a message's tone asks for."""

    CALM = "calm"
    ANNOYED = "annoyed"
    ANGRY = "angry"


OUTRIGHT = frozenset({"complaint", "insult", "not_helpful"})
"""Meanings that are dissatisfaction by themselves: their tone counts as it is scored."""

TONELESS = frozenset({"affirm", "deny", "stop", "repeat", "correct", "inform", "none_of_these", "greet", "goodbye"})
"""Short answers and steering: there is too little in 'stop' or 'none of these' to read a mood from."""

PATIENT = frozenset({"not_helpful"})
"""Dissatisfaction with one answer: another answer is tried first, and the count of such messages brings a person."""

TROUBLES = frozenset(
    {
        *("order_damaged", "order_wrong_item", "order_delayed", "order_not_received", "order_partial"),
        *("charged_twice", "payment_failed", "complaint", "insult", "not_helpful"),
    }
)
"""Meanings that tell of something gone wrong; open until the customer thanks, praises or says that it works."""

SETTLING = frozenset({"thank", "praise", "problem_solved"})
"""Meanings after which what was displeasing before no longer counts."""

GLAD = frozenset({"praise", "problem_solved"})
"""Meanings whose words are glad ones; thanks are said in any mood."""

_THANKS = re.compile(r"\b(?:thank\w*|thx|ta|cheers|appreciat\w*|grateful|solved|sorted)\b", re.IGNORECASE)

WORDS_WITH_A_TONE = 3
"""'refund' names a trouble; it takes a few words more to say how one feels about it."""


@dataclass(frozen=True, slots=True)
class HandoverPolicy:
    """Thresholds between serving, offering a person and passing on. Scores run from 0 to 1.

    An angry message, or a second annoyed one, brings a person at once. A wish that names a trouble ('charged twice')
    sounds worse than it is meant, so it must score higher than outright dissatisfaction, and how bad it sounds is not
    enough: something in the manner of writing (an insult, shouting, a threat to leave) must say the same (`heated`).
    Praise and good news are mockery only where the tone is beyond doubt (`annoyed_praise`): who is glad likes to tell
    of what went wrong before.
    Praise from `glad` on does not sound glad, which counts where something has just gone wrong.
    What is surely a complaint or an insult about us is anger from `angry_sure` on, what is so less surely from
    `angry_outright` on.
    `soured` is how much displeasure below the threshold may add up over a dialogue before it counts as annoyance.
    `attempts` is the number of failures in a row after which the bot stops trying.
    """

    annoyed: float = 0.75
    angry_heated: float = 0.8
    annoyed_outright: float = 0.6
    annoyed_praise: float = 0.9
    angry_outright: float = 0.93
    angry_sure: float = 0.5
    neutral: float = 0.45
    glad: float = 0.2
    soured: float = 0.2
    urgent: float = 0.8
    attempts: int = 2
    priorities: Mapping[str, str] = field(default_factory=lambda: PRIORITIES)

    def is_annoyed(self, frustration: float, intent: str | None, text: str) -> bool:
        """Whether one message shows displeasure."""
        if intent in TONELESS or (intent not in OUTRIGHT and len(text.split()) < WORDS_WITH_A_TONE):
            return False
        if intent in GLAD:
            return frustration >= self.annoyed_praise
        return frustration >= (self.annoyed_outright if intent in OUTRIGHT else self.annoyed)

    def mood(
        self,
        frustration: float,
        intent: str | None,
        text: str,
        *,
        displeased_before: bool,
        heated: bool = False,
        sure: bool = False,
    ) -> Mood:
        """The mood of a message; `displeased_before` if earlier messages of this dialogue were, `heated` if the manner
        of writing is that of somebody angry, `sure` if there is hardly a doubt that this is its meaning."""
        if sure and intent in OUTRIGHT - PATIENT and frustration >= self.angry_sure:
            return Mood.ANGRY
        if not self.is_annoyed(frustration, intent, text):
            return Mood.CALM
        outright = intent in OUTRIGHT - PATIENT
        hot = heated and (outright or frustration >= self.angry_heated)
        if displeased_before or hot or (outright and frustration >= self.angry_outright):
            return Mood.ANGRY
        return Mood.ANNOYED

    def displeasure(self, frustration: float, intent: str | None, text: str) -> float:
        """How much one message adds to the displeasure of a dialogue; from `soured` on the dialogue is displeased."""
        if self.is_annoyed(frustration, intent, text):
            return self.soured
        toneless = intent in TONELESS or len(text.split()) < WORDS_WITH_A_TONE
        return 0.0 if toneless else max(0.0, frustration - self.neutral)

    def is_bitter_praise(self, frustration: float, intent: str | None, text: str) -> bool:
        """Whether praise, said while a trouble is still open, is none: without thanks, and not in a glad tone."""
        spoken = len(text.split()) >= WORDS_WITH_A_TONE and _THANKS.search(text) is None
        return intent == "praise" and spoken and frustration >= self.glad

    def priority(self, reason: str, urgency: float = 0.0, *, upset: bool = False) -> str:
        """Priority of a handover; urgency, and a customer who is upset, lift what would be normal."""
        usual = self.priorities.get(reason, "normal")
        return "high" if usual == "normal" and (upset or urgency >= self.urgent) else usual
