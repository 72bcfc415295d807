"""Refusing a person: 'please don't transfer me'. Sentence vectors hardly tell it from asking for one, grammar does."""

from __future__ import annotations

import re

_PERSON = (
    r"(?:persons?|people|humans?|agents?|operators?|advis[eo]rs?|representatives?|reps?|colleagues?|staff|managers?"
    r"|supervisors?|somebody|someone|anybody|anyone|specialists?|employees?|team|transfer(?:red)?|escalat\w+|connected)"
)
_OTHER = r"bots?|chatbots?|robots?|machines?|computers?|software|how|why|can'?t|cannot|just|only|but"
_BETWEEN = rf"(?:(?!(?:{_OTHER})\b)\w+\s+)"
_CONTACT = (
    r"(?:(?:want|need|wish|like|care|have|going|willing)\s+(?:to\s+)?)?"
    r"(?:be\s+)?(?:speak|talk|chat|deal|get|fetch|bring|call|involve|bother|send|put|pass|hand|connect|transfer|escalate"
    r"|forward|need|want)(?:ed|t?ing|ing|ting)?\b\s*"
)
_REFUSAL = re.compile(
    r"(?<!why )(?<!can i )(?<!could i )(?<!am i )(?<!you )(?<!they )(?<!we )"
    r"(?:\b(?:(?:do\s+not|don'?t|dont|won'?t|wouldn'?t|would\s+not|never|rather\s+not|prefer\s+not\s+to|no\s+need\s+to"
    r"|not|without)|you\s+(?:needn'?t|don'?t\s+(?:have|need)\s+to)|rather\s+not\s+to)\s+(?:ever\s+|really\s+|please\s+)?"
    rf"{_CONTACT}{_BETWEEN}{{0,4}}?(?:{_PERSON}\b|me\s+(?:on|over|through|along|up)\b|me(?=\s*(?:$|[,;.!?]|again)))"
    rf"|\b(?:no\s+need\s+for|without|not|no|nor)\s+(?:a\s+|an\s+|any\s+|another\s+|more\s+|real\s+|to\s+a\s+){{0,3}}{_PERSON}"
    r"(?:\s+(?:please|thanks|thank|needed|required|necessary|for this|either))?\s*(?=$|[,;.!?]))",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^(?:\W|\b(?:just|please|so|and|then|can you|could you|you can)\b)*"
    r"(?:tell|show|give|answer|explain|check|look|what|when|where|which|who|how|do|does|is|are)\b(?:\W+\w+){2}",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,;.!?]|\s(?:but|just|only)\s", re.IGNORECASE)


def refuses_person(text: str) -> bool:
    """Whether the customer says that no person is wanted."""
    return _REFUSAL.search(text) is not None


def beside_refusal(text: str) -> str:
    """What else the message says, without the clause that refuses a person; empty if that is all."""
    found = _REFUSAL.search(text)
    if found is None:
        return text
    before = max((match.end() for match in _CLAUSE_END.finditer(text, 0, found.start())), default=0)
    after = _CLAUSE_END.search(text, found.end())
    return f"{text[:before]} {text[after.end() :] if after else ''}".strip(" ,;.!?")


def asks(rest: str) -> bool:
    """Whether the rest of such a message wants to know something, however it is put: 'just tell me the address'."""
    return _ASKS.match(rest) is not None
