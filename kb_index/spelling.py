"""Typing mistakes mended against the words that the articles use."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kb_index.words import stem

_WORD = re.compile(r"[^\W\d_]{4,}")
_TYPED_WITHOUT_APOSTROPHE = (
    "doesnt dont didnt isnt wasnt arent wont cant couldnt shouldnt wouldnt havent hasnt hadnt whats thats theres "
    "heres wheres hows youre theyre youve weve theyve itll youll theyll lets"
)
_INFLECTIONS = ("s", "ed", "ing", "ly", "nt")
_MAX_REPAIRS = 6
_MAX_LENGTH = 24


class Speller:
    """Replaces words that nobody knows by the nearest known one.

    Known are the words of the articles and, where the embedding model has a vocabulary, its whole words: so that
    'kayak' is not bent into 'kodak' only because no article has it. One edit (a swap of neighbours counts as one) is
    mended in words of 4 to 8 letters, two in longer ones. Among equally near words those of the articles win,
    then those that begin alike for longest, then the more frequent.
    """

    def __init__(self, texts: Iterable[str], general: Collection[str] = ()) -> None:
        self._counts: Counter[str] = Counter()
        self._stems: set[str] = set()
        self._general = frozenset(word for word in general if word.isalpha() and word.isascii())
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in self._general:
            if len(word) > 3:
                self._by_length[len(word)].append(word)
        self._mended: dict[str, str] = {}
        self._stems |= {stem(word) for word in self._general}
        self._stems |= {stem(word) for word in _TYPED_WITHOUT_APOSTROPHE.split()}
        for text in texts:
            self.learn(text)

    def learn(self, text: str) -> None:
        """Takes the words of a text into the known ones."""
        for word in _WORD.findall(text.lower()):
            if not self._counts[word] and word not in self._general:
                self._by_length[len(word)].append(word)
            self._counts[word] += 1
            self._stems.add(stem(word))
        self._mended.clear()

    def mend(self, text: str) -> str:
        """The text with its unknown words mended where one known word is near enough; else as it was."""
        repairs = 0
        parts, at = [], 0
        for match in _WORD.finditer(text):
            word = match.group().lower()
            if self._knows(word) or repairs >= _MAX_REPAIRS or len(word) > _MAX_LENGTH:
                continue
            repairs += 1
            mended = self._mend_word(word)
            if mended != word:
                parts += [text[at : match.start()], mended]
                at = match.end()
        return "".join([*parts, text[at:]])

    def _knows(self, word: str) -> bool:
        inflected = word.endswith(_INFLECTIONS) and stem(word) in self._stems
        return inflected or word in self._counts or word in self._general

    def _mend_word(self, word: str) -> str:
        if word not in self._mended:
            if len(self._mended) > 10_000:
                self._mended.clear()
            self._mended[word] = self._nearest(word)
        return self._mended[word]

    def _nearest(self, word: str) -> str:
        reach = 1 if len(word) < 9 else 2
        near = [
            (distance, -min(self._counts[known], 1), -_shared(known, word), -self._counts[known], known)
            for length in range(len(word) - reach, len(word) + reach + 1)
            for known, distance, _ in process.extract(
                word, self._by_length.get(length, ()), scorer=OSA.distance, score_cutoff=reach, limit=20
            )
        ]
        return min(near)[-1] if near else word


def _shared(one: str, other: str) -> int:
    """How many letters two words begin with in common."""
    return next((i for i, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), len(one))
