"""Taking note: 'right, clear now', 'ok no worries', 'just curious'. Said after an answer or an honest 'I do not know',
such a message asks for nothing, so not to know what it means is no failure."""

from __future__ import annotations

import re

MOST_WORDS = 8
_BEGINS = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|k|right|ah+|a+ha|oh+|hm+|mm+|well|lol|ha(?:ha)*|phew|cool|fine|good|great|nice|sure|fair|yep"
    r"|yeah)\W+)*(?:i see|i get it|got (?:it|you|that)|gotcha|understood|noted|clear|(?:that )?makes sense"
    r"|fair (?:enough|dos)|al(?:l )?right|right|ok(?:ay)?|fine|cool|phew|shame|(?:a |what a )?pity"
    r"|(?:i )?(?:didn'?t|don'?t) think so|thought (?:so|not|as much)|figures"
    r"|no (?:worries|problem|bother|biggie|matter|rush|hurry|plans|harm done)|not (?:to worry|a problem)|never ?mind"
    r"|just (?:curious|asking|wondering|checking|kidding|joking|thinking|saying)|only (?:asking|wondering|joking)"
    r"|worth a (?:try|shot)|next time|will do|i'?ll (?:wait|try|look|manage|do that|be fine|live)|so (?:no|yes) then"
    r"|good to know|that'?s (?:ok(?:ay)?|fine|clear|alright|all right|good)|wasn'?t (?:sure|important)|doesn'?t matter"
    r"|not important|(?:sorry|apologies)(?: again)? (?:for|about) (?:swearing|shouting|ranting"
    r"|my (?:language|rant|tone|mood)"
    r"|being (?:rude|so \w+)|the (?:rant|language)))\b",
    re.IGNORECASE,
)
_WANTS = re.compile(
    r"\?|\b(?:but|what|where|when|why|how|which|who|can|could|would|will you|do you|does|is it|are you|please|want|need"
    r"|still|whatever|not ok|not fine|person|human|somebody|someone|anyone)\b",
    re.IGNORECASE,
)


def acknowledges(text: str) -> bool:
    """Whether a message only takes note of what was said."""
    return len(text.split()) <= MOST_WORDS and _BEGINS.search(text) is not None and _WANTS.search(text) is None
