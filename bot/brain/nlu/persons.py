"""Names that customers give as their own or another's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from spacy.tokens import Doc

from bot.brain.nlu.found import Found

_name = r"(?P<name>[^\W\d_][\w'’.-]*(?:\s+[^\W\d_][\w'’.-]*){0,2})"
_INTRODUCED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bmy\s+(?:full\s+)?name(?:\s+is|'s|’s)\s+{_name}",
        rf"\bname\s*[:=]\s*{_name}",
        rf"\b(?:in|under)\s+the\s+name\s+(?:of\s+)?{_name}",
        rf"\bi(?:'m|’m|\s+am)\s+called\s+{_name}",
    )
)
_AFTER_NAME = {
    "and", "but", "i", "my", "from", "with", "the", "order", "email", "e-mail", "mail", "not", "on", "at", "is", "was",
    "you", "if", "can", "could", "please", "so", "because", "who", "for", "in", "it", "we", "here", "number", "a", "an",
    "by", "as", "to", "have", "had", "need", "want", "would", "just", "or", "which", "this", "that", "spelled", "spelt",
}  # fmt: skip
_NOT_NAMES = {
    "paypal", "klarna", "visa", "mastercard", "amex", "dpd", "evri", "hermes", "royal mail", "yodel", "ups", "dhl",
    "fedex", "parcelforce", "apple pay", "google pay", "facebook", "instagram", "trustpilot", "whatsapp", "amazon",
    "ebay", "apple", "google", "american express", "baton", "fernhill",
    "bot", "hi", "hello", "hey", "thanks", "cheers", "ta", "ok", "okay", "thank",
}  # fmt: skip


def persons(text: str, doc: Doc | None) -> Iterator[Found]:
    """Names said to be names, in any case; names that spaCy sees, only where they are written as names."""
    for pattern in _INTRODUCED:
        for match in pattern.finditer(text):
            if name := _trimmed(match["name"]):
                start = match.start("name")
                yield Found("person", _as_name(name), start, start + len(name))
    for entity in doc.ents if doc is not None else ():
        if entity.label_ == "PERSON" and _looks_like_a_name(entity.text.split()):
            name = entity.text.removesuffix("'s").removesuffix("’s")
            yield Found("person", name, entity.start_char, entity.start_char + len(name), 0.7)


def _trimmed(written: str) -> str:
    kept: list[str] = []
    for word in re.findall(r"\S+\s*", written):
        if word.strip().strip(".,").lower() in _AFTER_NAME:
            break
        kept.append(word)
        if word.rstrip().endswith((".", ",")) and len(word.strip()) > 3:
            break
    name = "".join(kept).rstrip().rstrip(".,")
    return "" if name.lower() in _NOT_NAMES else name


def _as_name(name: str) -> str:
    return name if any(letter.isupper() for letter in name) else name.title()


def may_be_a_name(word: str) -> bool:
    """False for a word that `persons` takes from nobody by itself: 'ATM', 'PIN', 'Visa', 'Hi'."""
    return _written_as_name(word) and word.lower() not in _NOT_NAMES


def _written_as_name(word: str) -> bool:
    return word[:1].isupper() and word[1:] == word[1:].lower() and word.isascii()


def _looks_like_a_name(words: Iterable[str]) -> bool:
    words = list(words)
    written = all(map(_written_as_name, words))
    joined = " ".join(words).lower()
    return written and 1 <= len(words) <= 3 and joined not in _NOT_NAMES and not any(map(str.isdigit, joined))
