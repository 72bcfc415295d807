"""Where sentences end, for cutting passages."""

import re

_END = re.compile(r"""[.!?…]+["'”’)\]*_]*\s+(?=["'“‘(\[*_£$€]*[A-Z0-9])|\n{2,}""")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|approx|no|nr|st|rd|vs|mr|mrs|ms|dr|inc|ltd|co|fig|min|max|incl|excl|tel|ext|a\.m|p\.m)"
    r"|\b[A-Za-z])\.\s+$",
    re.IGNORECASE,
)


def split_sentences(text: str) -> list[str]:
    """Sentences in order, trimmed; joined by spaces they give the text again, up to white space."""
    sentences: list[str] = []
    start = 0
    for match in _END.finditer(text):
        if _ABBREVIATION.search(text, start, match.end()):
            continue
        sentences.append(text[start : match.end()])
        start = match.end()
    sentences.append(text[start:])
    return [trimmed for sentence in sentences if (trimmed := sentence.strip())]
