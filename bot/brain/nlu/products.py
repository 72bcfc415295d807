"""Products by any name customers use for them, also mistyped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.brain.nlu.found import Found

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SHORTEST_MISTYPED = 4
_LONG = 8
_SHORT_MESSAGE = 3


@dataclass(frozen=True)
class Name:
    """A word of a message: as it is compared, and where it stands."""

    word: str
    start: int
    end: int


def compared(word: str) -> str:
    """Lower case and in the singular, so that 'Tents' and 'tent' are one."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("shes", "ches", "xes", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def words_of(text: str) -> list[Name]:
    """The words of a text; hyphens separate, as 'self-inflating' is also written 'self inflating'."""
    names: list[Name] = []
    for match in _WORD.finditer(text):
        at = match.start()
        for part in match[0].split("-"):
            names.append(Name(compared(part), at, at + len(part)))
            at += len(part) + 1
    return names


@dataclass(frozen=True)
class Catalogue:
    """Names of products, each with the name it stands for."""

    names: Mapping[str, str]
    """From a name as written to the name it stands for."""
    ordinary: frozenset[str] = frozenset()
    """Words that are spelled right, so never taken for a mistyped name."""

    @cached_property
    def _keys(self) -> dict[tuple[str, ...], str]:
        keys: dict[tuple[str, ...], str] = {}
        for written, meant in self.names.items():
            key = tuple(name.word for name in words_of(written))
            if key:
                keys.setdefault(key, meant)
        return keys

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._keys), default=0)

    @cached_property
    def _parts(self) -> list[str]:
        return sorted({word for key in self._keys for word in key if len(word) >= _SHORTEST_MISTYPED})

    @cached_property
    def _known(self) -> frozenset[str]:
        return self.ordinary | {word for key in self._keys for word in key}

    def find(self, text: str) -> Iterator[Found]:
        """The longest names first at each place; a mistyped one has a lower confidence."""
        written = words_of(text)
        words = [self._corrected(name.word) for name in written]
        at = 0
        while at < len(words):
            size = self._match_at(words, at)
            if not size:
                at += 1
                continue
            first, last = written[at], written[at + size - 1]
            meant = self._keys[tuple(words[at : at + size])]
            exact = [name.word for name in written[at : at + size]] == words[at : at + size]
            if not self._is_everyday_word(meant, written, at, size, text):
                yield Found("product", meant, first.start, last.end, 1.0 if exact else 0.8)
            at += size

    def _is_everyday_word(self, meant: str, written: list[Name], at: int, size: int, text: str) -> bool:
        """True for the moss on a tent, which is not the product 'Moss': small letters inside a longer message."""
        name = written[at]
        return (
            size == 1
            and meant[:1].isupper()
            and " " not in meant
            and name.word in self.ordinary
            and text[name.start].islower()
            and len(written) > _SHORT_MESSAGE
        )

    def _match_at(self, words: list[str], at: int) -> int:
        for size in range(min(self._longest, len(words) - at), 0, -1):
            if tuple(words[at : at + size]) in self._keys:
                return size
        return 0

    def _corrected(self, word: str) -> str:
        """The catalogue's word that this one is a slip of, else the word itself."""
        if len(word) < _SHORTEST_MISTYPED or not word.isalpha() or word in self._known:
            return word
        slips = 2 if len(word) >= _LONG else 1
        best = process.extractOne(word, self._parts, scorer=OSA.distance, score_cutoff=slips)
        if best is None or best[0][0] != word[0] or (len(word) == _SHORTEST_MISTYPED and len(best[0]) != len(word)):
            return word
        return str(best[0])
