"""The knowledge base as the bot, the help centre and the desk use it."""

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kb_index.ahead import Ahead, expected_by
from kb_index.answerability import RANKED, Calibration, evidence, logit, sigmoid
from kb_index.answers import Answer, Hit, answering_passages, compose, hits, text_of
from kb_index.articles import CUSTOMER, Article
from kb_index.build import JOURNAL, Manifest, current, embed, locked, read_manifest
from kb_index.chunks import cut_passages
from kb_index.embedding import SentenceEncoder, vocabulary_of
from kb_index.errors import IndexMissing
from kb_index.followups import leans_on_context, may_lean_on_context, read_together
from kb_index.index import Entry, Index, article_from_dict, article_to_dict
from kb_index.ranking import Nearness, Question, Ranking, ask, terms_of
from kb_index.readings import readings
from kb_index.spelling import Speller

_CONTEXT_CHARACTERS = 500
_AGREEING = 3
# No part of a message is surer than this, as log-odds (98 %): a whole that is too doubtful is not read in parts.
_SUREST = 4.0
# Who asks an article's own question in its own words gets the article, whatever speaks against it: an editor who adds a
# wording must see it answered. Cosine of the vectors; capitals and punctuation do not matter.
_VERBATIM, _VERBATIM_CONFIDENCE = 0.97, 0.95
# An article that scores less and shares no word is there only because one has to be best.
_NEAR_TO_NOTHING = 0.33
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Opened:
    """One generation in memory, with the changes since its build that were already applied."""

    generation: Path
    manifest: Manifest
    index: Index
    speller: Speller
    near: Ahead[Nearness | None]
    journal_read: int = 0


class KnowledgeBase:
    """Search and answers over one index directory; safe for several threads, changes are live at once.

    Every process that has the directory open sees a change at its next `refresh()`.
    """

    def __init__(self, index_dir: Path, encoder: SentenceEncoder) -> None:
        self._dir = index_dir
        self._encoder = encoder
        # Searches wait for a change to be put in, never for one to be read, embedded or loaded.
        self._lock = threading.RLock()
        self._changing = threading.RLock()
        self._opened = self._open()

    @classmethod
    def open(cls, index_dir: Path, encoder: SentenceEncoder) -> "KnowledgeBase":
        """Opens the present index. Raises `IndexMissing`, or `IndexMismatch` for another model or version."""
        return cls(index_dir, encoder)

    def __len__(self) -> int:
        return len(self._opened.index)

    @property
    def manifest(self) -> Manifest:
        """What the index in use was made of."""
        return self._opened.manifest

    @property
    def calibration(self) -> Calibration:
        """How confidence is computed, and the threshold from which an answer is given."""
        return self._opened.manifest.calibration

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """The `k` best articles, best first, each with the passage that fits; nothing for a query without words, or one
        that not even the best is near to in meaning or by a single word."""
        with self._lock:
            ranking = self._ranking(query, k)
            if ranking is None or not any(r.score >= _NEAR_TO_NOTHING or r.words > 0 for r in ranking.articles):
                return []
            return hits(self._opened.index, ranking)

    def rank(self, query: str, k: int = 10) -> list[tuple[str, float]]:
        """As `search`, but only article ids and scores: for long lists."""
        with self._lock:
            ranking, index = self._ranking(query, k), self._opened.index
            return [(index.entry(r.number).article.id, r.score) for r in ranking.articles] if ranking else []

    def _ranking(self, text: str, limit: int) -> Ranking | None:
        if limit < 1 or not _has_words(text):
            return None
        return self._ranked(self._ask(text), limit)

    def _ranked(self, question: Question, limit: int) -> Ranking:
        near = self._opened.near.of(question.vector)
        return Ranking(self._opened.index, question, limit, near=near)

    def answer(self, question: str, context: str | None = None) -> Answer:
        """The passage that answers, its source and the next useful things; not answerable below the threshold.

        `context` is the previous question, or the id of the article last shown: a follow-up is read with it.
        """
        if not _has_words(question):
            return Answer.none()
        with self._lock:
            alone = self._ask(question)
            earlier = self._earlier(context)
            if not earlier:
                return self._answer(alone)
            if leans_on_context(question):
                together = read_together(alone, earlier, self._encoder)
                return self._first_answerable(together, lambda: alone)
            if may_lean_on_context(question):
                return self._first_answerable(alone, lambda: read_together(alone, earlier, self._encoder))
            return self._answer(alone)

    def _first_answerable(self, one: Question, other: Callable[[], Question]) -> Answer:
        first = self._answer(one)
        if first.answerable:
            return first
        second = self._answer(other())
        return second if second.answerable else first

    def _answer(self, question: Question) -> Answer:
        """The answer to the whole message, or to a part of it where that is surer and the whole agrees.

        The surest of several parts is sure by chance more often than one question is, so a part counts together with
        the whole: the mean of both odds, as logarithms.
        """
        index, threshold = self._opened.index, self.calibration.threshold
        whole = self._ranked(question, RANKED)
        best, confidence = whole, self._confidence(whole)
        alone = logit(confidence)
        agreed = {ranked.number for ranked in whole.articles[:_AGREEING]}
        within_reach = confidence < threshold and alone + _SUREST > 2 * logit(threshold)
        parts = readings(question.text) if within_reach else []
        for text, vector in zip(parts, self._encoder.encode(parts), strict=True):
            part = Ranking(index, Question(text, vector, terms_of(text)), RANKED)
            together = sigmoid((logit(self._confidence(part)) + alone) / 2)
            if together > confidence and part.articles and part.articles[0].number in agreed:
                best, confidence = part, together
        return compose(index, best, confidence, threshold)

    def _confidence(self, ranking: Ranking) -> float:
        learned = self.calibration.confidence(evidence(self._opened.index, ranking))
        asked_so = bool(ranking.articles) and ranking.articles[0].question >= _VERBATIM
        return max(learned, _VERBATIM_CONFIDENCE) if asked_so else learned

    def _ask(self, text: str) -> Question:
        return ask(text, self._encoder, self._opened.speller)

    def _earlier(self, context: str | None) -> str:
        """The words of the context: a question as it is, an article by its title."""
        article = self.article(context) if context else None
        return article.title if article else (context or "")[:_CONTEXT_CHARACTERS]

    def article(self, article_id: str) -> Article | None:
        """An article by id, as customers may read it."""
        with self._lock:
            number = self._opened.index.number(article_id)
            return None if number is None else self._opened.index.entry(number).article

    def passage(self, article_id: str, question: str) -> str:
        """What one article says to a question, as Markdown, however unlikely that it answers it; empty for an article
        that is not there."""
        with self._lock:
            index = self._opened.index
            number, ranking = index.number(article_id), self._ranking(question, 1)
            return "" if number is None or ranking is None else text_of(answering_passages(index, ranking, number))

    def likeness(self, one: str, other: str) -> float:
        """How near two texts are in meaning, as the cosine of their vectors (-1 to 1); an empty one is near to none."""
        if not one.strip() or not other.strip():
            return 0.0
        first, second = self._encoder.encode([one, other])
        return float(first @ second)

    def articles(self) -> list[Article]:
        """All articles, for a table of contents."""
        with self._lock:
            return [entry.article for entry in self._opened.index]

    def upsert(self, article: Article) -> None:
        """Adds or replaces one article, live at once, here and in every process that refreshes.

        An article that is not for customers is taken out. The next build starts from the articles' own files again.
        """
        self._record({"upsert": article_to_dict(article)})

    def remove(self, article_id: str) -> None:
        """Takes one article out, live at once; nothing happens if there is none."""
        self._record({"remove": article_id})

    def refresh(self) -> bool:
        """Takes up a new index or changes made elsewhere; True if there were any. Costs two file look-ups.

        A damaged or mismatching new index is refused with its error, and the present one goes on serving.
        """
        with self._changing:
            if current(self._dir) == self._opened.generation:
                return self._catch_up(self._opened)
            fresh = self._open()
            with self._lock:
                self._opened = fresh
            return True

    def _open(self) -> _Opened:
        generation = current(self._dir)
        manifest = read_manifest(generation)
        manifest.check(self._encoder)
        began = time.perf_counter()
        try:
            index = Index.load(generation)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexMissing(
                f"The knowledge base index in {generation} is damaged. Run `baton index --rebuild`.",
                {"generation": str(generation)},
            ) from error
        speller = Speller((entry.whole_text for entry in index), vocabulary_of(self._encoder))
        near = Ahead[Nearness | None](lambda vectors: Nearness.of(index, list(vectors)), expected_by(self._encoder))
        opened = _Opened(generation, manifest, index, speller, near)
        self._catch_up(opened)
        _log.info("knowledge base of %d articles opened in %.2f s", len(index), time.perf_counter() - began)
        return opened

    def _record(self, change: dict[str, object]) -> None:
        with self._changing, locked(self._dir):
            self.refresh()
            with (self._opened.generation / JOURNAL).open("a", encoding="utf-8") as file:
                file.write(json.dumps(change) + "\n")
            self._catch_up(self._opened)

    def _catch_up(self, opened: _Opened) -> bool:
        """Applies the journal's whole lines that were not read yet."""
        path = opened.generation / JOURNAL
        try:
            if path.stat().st_size == opened.journal_read:
                return False
        except FileNotFoundError:
            return False
        with path.open("rb") as file:
            file.seek(opened.journal_read)
            lines = [line for line in file if line.endswith(b"\n")]
        for line in lines:
            self._apply(opened, json.loads(line))
            opened.journal_read += len(line)
        return bool(lines)

    def _apply(self, opened: _Opened, change: dict[str, object]) -> None:
        if "remove" in change:
            self._take_out(opened, str(change["remove"]))
            return
        article = article_from_dict(change["upsert"])  # type: ignore[arg-type]
        if article.audience != CUSTOMER:
            self._take_out(opened, article.id)
            return
        entry = Entry(article, tuple(cut_passages(article)))
        [(questions, passages)] = embed([entry], self._encoder, lambda stage, done, of: None)
        with self._lock:
            opened.index.put(entry, questions, passages)
            opened.speller.learn(entry.whole_text)
            opened.near.forget()

    def _take_out(self, opened: _Opened, article_id: str) -> None:
        with self._lock:
            opened.index.remove(article_id)
            opened.near.forget()


def _has_words(text: str) -> bool:
    return any(sign.isalnum() for sign in text)
