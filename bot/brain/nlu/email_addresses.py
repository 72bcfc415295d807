"""E-mail addresses as customers write them, also spelled out to hide them from harvesters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.brain.nlu.found import Found

_PLAIN = re.compile(r"(?<![\w.+-])[\w.+'-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_SPELLED = re.compile(
    r"(?<![\w.+-])([\w+-]+(?:\s{0,2}(?:\.|\(dot\)|\[dot\]|\sdot\s)\s{0,2}[\w+-]+){0,4})"
    r"\s{0,2}(?:\(at\)|\[at\]|\sat\s|@)\s{0,2}"
    r"([\w-]+(?:\s{0,2}(?:\(dot\)|\[dot\]|\sdot\s|\.)\s{0,2}[\w-]+){0,4}\s{0,2}(?:\(dot\)|\[dot\]|\sdot\s|\.)\s{0,2}"
    r"(?:com|net|org|co|uk|ie|eu|de|fr|info|me|io))(?![\w])",
    re.ASCII | re.IGNORECASE,
)
_DOT = re.compile(r"\s*(?:\(dot\)|\[dot\]|\sdot\s|\.)\s*", re.IGNORECASE)
_LONGEST = 254


def email_addresses(text: str) -> Iterator[Found]:
    """Addresses in lower case, without the full stop that ends the sentence."""
    for match in _PLAIN.finditer(text):
        address = match[0].strip(".'-")
        start = match.start() + match[0].index(address)
        if len(address) <= _LONGEST:
            yield Found("email", address.lower(), start, start + len(address))
    for match in _SPELLED.finditer(text):
        address = f"{_DOT.sub('.', match[1])}@{_DOT.sub('.', match[2])}"
        # "meet at example.com" spells no address: the two words must be joined or marked as hidden.
        if _is_hidden(match[0]):
            yield Found("email", address.lower(), match.start(), match.end(), 0.8)


def _is_hidden(written: str) -> bool:
    return "@" in written or re.search(r"\(at\)|\[at\]|\sdot\s|\(dot\)|\[dot\]", written, re.IGNORECASE) is not None
