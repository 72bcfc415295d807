"""Long messages: the question is often one sentence among several that only tell how it came about."""

import re
from itertools import pairwise

from kb_index.words import content_words

_END = re.compile(r"[.!?…\n]+\s*")
_MIN_CONTENT_WORDS = 2
_MAX_SENTENCES = 4


def readings(text: str) -> list[str]:
    """The parts of a message that may be its question: each sentence and each two neighbours, none if it is one.

    Of long messages the end counts: that is where people ask.
    """
    sentences = [part.strip() for part in _END.split(text) if part.strip()][-_MAX_SENTENCES:]
    if len(sentences) < 2:
        return []
    pairs = [". ".join(pair) for pair in pairwise(sentences)]
    parts = dict.fromkeys([*sentences, *pairs])
    return [part for part in parts if len(set(content_words(part))) >= _MIN_CONTENT_WORDS and part != text.strip()]
