"""Words as the keyword side sees them: normalised, without filler, reduced to their stems."""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_VOWELS = frozenset("aeiouy")

_STOP_WORDS = (
    "a about after all also am an and any are as at be because been before being but by can cannot could "
    "did do does doing done for from get gets getting give go goes going got had has have having he hello "
    "help her here hers hey hi him his how i i'd i'll i'm i've if in into is it its itself just know let "
    "like made make may me might mine more most much must my need needs no not now of off ok on once one "
    "only or other our out over own please really s same say see shall she should since so some something "
    "still such t tell than thank thanks that the their them then there these they thing things this "
    "those though through to too up us use used using very want wanted wants was way we well were what "
    "when where which while who whose why will with won would you your yours "
)
STOP_WORDS = frozenset(_STOP_WORDS.split())


def words(text: str) -> list[str]:
    """Lower-case words of a text in order, without accents and apostrophes' endings."""
    flat = text.casefold().replace("’", "'")
    if not flat.isascii():
        flat = unicodedata.normalize("NFKD", flat)
        flat = "".join(sign for sign in flat if not unicodedata.combining(sign))
    return [word.removesuffix("'s") for word in _WORD.findall(flat)]


def content_words(text: str) -> list[str]:
    """The words that carry the subject: no filler words, apostrophes removed."""
    return [word.replace("'", "") for word in words(text) if word not in STOP_WORDS and not _is_contraction(word)]


def stems(text: str) -> list[str]:
    """Stems of the content words, in order, with repeats."""
    return [stem(word) for word in content_words(text)]


def _is_contraction(word: str) -> bool:
    return "'" in word and word.partition("'")[0] in STOP_WORDS | {"don", "didn", "doesn", "isn", "wasn", "aren"}


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """A light English stem: plural, -ed, -ing, -ly and final e and y fall together.

    After the first step of Porter's stemmer, which is where nearly all of its gain in retrieval lies.
    """
    if len(word) < 4 or not word.isalpha():
        return word
    word = _singular(word)
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) > 2 and not _VOWELS.isdisjoint(base):
            return _tidy(base)
    if word.endswith("ly") and len(word) > 5:
        word = word[:-2]
    return _tidy(word)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _tidy(base: str) -> str:
    if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz":
        base = base[:-1]
    if len(base) > 3 and base.endswith("e"):
        base = base[:-1]
    return base[:-1] + "i" if len(base) > 2 and base.endswith("y") else base
