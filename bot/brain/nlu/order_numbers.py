"""Order numbers: four to six digits, with or without '#', 'FH-' or the word 'order' before them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.brain.nlu.found import Found

_MARKED = re.compile(
    r"(?<![\w£$€.])(?:#\s?|fh\s?[-_#.]?\s?|"
    r"(?:order|ref(?:erence)?|return|parcel|purchase)s?\s{0,2}"
    r"(?:(?:number|numbers|num|no|nr|id|ref|code)\b\.?)?\s{0,2}(?:is|are|was|[:=])?\s{0,2}(?:#|fh-?|no\.?\s)?\s{0,2})"
    r"(\d{4,6})(?![\d%]|[.,]\d|[-/]\d)",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?<![\w£$€.,:/+@-])(?<!\d )(\d{4,6})(?![\w%£$€@-]|[.,:/]\d| ?\d)")
_MEASURE = re.compile(
    r"\s?(?:pounds?|quid|gbp|eur|euros?|dollars?|bucks|mm|cm|m|km|miles?|g|kg|grams?|ml|l|lit(?:re|er)s?|"
    r"metres?|meters?|feet|ft|steps?|points?|watts?|w|mah|lumens?|times?|people|hours?|hrs?|minutes?|mins?|"
    r"days?|weeks?|months?|years?|am|pm|%|percent)\b",
    re.IGNORECASE,
)
_YEAR_BEFORE = re.compile(
    r"\b(?:in|since|from|of|until|by|year|summer|winter|spring|autumn|jan\w*|feb\w*|mar\w*|apr\w*|may|"
    r"june?|july?|aug\w*|sept?\w*|oct\w*|nov\w*|dec\w*)\s+(?:the\s+)?(?:\d{1,2}(?:st|nd|rd|th)?,?\s+)?$",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"\b(?:phone|mobile|tel|call|ring|text|postcode|zip|card ending|ending in|code|voucher)\b[^.?!]{0,20}$", re.I
)
_YEARS = range(1950, 2050)


def order_numbers(text: str) -> Iterator[Found]:
    """Digits alone as the value; marked numbers first, then bare ones that are no price, measure, year or phone."""
    for match in _MARKED.finditer(text):
        yield Found("order_number", match[1], match.start(1), match.end(1))
    for match in _BARE.finditer(text):
        if not _means_something_else(text, match):
            yield Found("order_number", match[1], match.start(1), match.end(1), 0.8)


def _means_something_else(text: str, match: re.Match[str]) -> bool:
    before, after = text[max(0, match.start() - 40) : match.start()], text[match.end() :]
    if _MEASURE.match(after) or _CALL.search(before):
        return True
    return int(match[1]) in _YEARS and _YEAR_BEFORE.search(before) is not None
