"""Articles ranked for a question, with the evidence for each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kb_index.embedding import SentenceEncoder, Vectors
from kb_index.field import FieldSearch, Scores
from kb_index.fusion import fuse
from kb_index.head import Head, Verdict
from kb_index.index import Index
from kb_index.spelling import Speller
from kb_index.vectors import top
from kb_index.words import stems

_DEPTH = 60
_MAX_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class Question:
    """A question made ready for the index; `text` has its typing mistakes mended."""

    text: str
    vector: Vectors
    terms: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One article's place: the fused score and what it is made of, each from 0 to about 1."""

    number: int
    score: float
    question: float
    passage: float
    words: float


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a trial question must not see: one question row of an article, all of an article, or itself.

    `unanswered_row` is its own row among the questions without an answer; it has no article then.
    """

    number: int
    question_row: int | None = None
    unanswered_row: int | None = None

    @property
    def whole_article(self) -> bool:
        """Whether all of an article is hidden."""
        return self.question_row is None and self.unanswered_row is None

    def question_rows(self, index: Index) -> frozenset[int]:
        """The rows of the questions field that count as absent."""
        if self.whole_article:
            return frozenset(index.questions.rows_of(self.number))
        return frozenset() if self.question_row is None else frozenset([self.question_row])

    def passage_rows(self, index: Index) -> frozenset[int]:
        """The rows of the passages field that count as absent."""
        return frozenset(index.passages.rows_of(self.number) if self.whole_article else [])

    def left_stems(self, index: Index) -> Mapping[str, int]:
        """The stems that are left of the article's text, with how often each stands there."""
        if self.question_row is None:
            return {}
        hidden = index.entry(self.number).question_texts[self.question_row - self.first_row(index)]
        return Counter(index.stems_of(self.number)) - Counter(stems(hidden))

    def first_row(self, index: Index) -> int:
        """The first question row of the article: its title."""
        return index.questions.rows_of(self.number).start


@dataclass(frozen=True, slots=True)
class Nearness:
    """Cosines of one question with every row, worked out for many questions at once."""

    questions: Scores
    passages: Scores
    unanswered: Scores

    @classmethod
    def of(cls, index: Index, vectors: Sequence[Vectors]) -> "list[Nearness] | list[None]":
        """One for the vector of each question; None where the rows are too many to compare with all."""
        if not (len(vectors) and index.questions.vectors.exact and index.passages.vectors.exact):
            return [None] * len(vectors)
        parts = [index.questions.vectors, index.passages.vectors, index.unanswered]
        scores = [part.all_scores(part.prepare(np.stack(vectors))[0]) for part in parts]
        return [cls(*row) for row in zip(*scores, strict=True)]


class Ranking:
    """The articles for one question, best first; keeps the field searches for choosing passages."""

    def __init__(
        self,
        index: Index,
        question: Question,
        limit: int,
        *,
        hidden: Hidden | None = None,
        head: Head | None = None,
        near: Nearness | None = None,
    ) -> None:
        self.question = question
        self._hidden = hidden
        self._near = near
        depth = max(_DEPTH, limit)
        without = (hidden.question_rows(index), hidden.passage_rows(index)) if hidden else ((), ())
        known = (near.questions, near.passages) if near else (None, None)
        self._questions = index.questions.search(question.vector, depth, without[0], known[0])
        self.passages = index.passages.search(question.vector, depth, without[1], known[1])
        self._words = index.words.scores(question.terms)
        if hidden and hidden.unanswered_row is None:
            self._words[hidden.number] = index.words.score_counts(hidden.left_stems(index), question.terms)
        self.verdict = self._judge(head or index.head)
        numbers = self._questions.candidates | self.passages.candidates | self._wordiest(index, depth)
        if hidden and hidden.whole_article:
            numbers.discard(hidden.number)
        self.articles = self._ranked(sorted(numbers), limit)

    def _judge(self, head: Head | None) -> Verdict | None:
        whole = self._hidden.number if self._hidden and self._hidden.whole_article else None
        return head.judge(self._questions.query, whole) if head else None

    def unanswered(self, index: Index, count: int) -> Scores:
        """How near the nearest questions are that no article answers, best first; zeros if none are known."""
        scores = index.unanswered.scores(self._questions.query) if self._near is None else self._near.unanswered.copy()
        if self._hidden and self._hidden.unanswered_row is not None:
            scores[self._hidden.unanswered_row] = 0.0
        best = np.zeros(count, dtype=np.float32)
        found = np.sort(scores)[::-1][:count]
        best[: len(found)] = np.maximum(found, 0.0)
        return best

    def _wordiest(self, index: Index, depth: int) -> set[int]:
        rows = top(self._words, depth)
        return index.questions.living(int(row) for row in rows[self._words[rows] > 0])

    def _ranked(self, numbers: list[int], limit: int) -> list[Ranked]:
        questions, passages = self._questions.scores(numbers), self.passages.scores(numbers)
        chosen = np.array(numbers, dtype=np.int64)
        words: Scores = self._words[chosen]
        fused = fuse(questions, passages, words, self.verdict.owners[chosen] if self.verdict else None)
        order = np.argsort(-fused, kind="stable")[:limit]
        return [
            Ranked(numbers[i], float(fused[i]), float(questions.best[i]), float(passages.best[i]), float(words[i]))
            for i in order
        ]

    @property
    def questions(self) -> FieldSearch:
        """The search of the questions field."""
        return self._questions


def ask(text: str, encoder: SentenceEncoder, speller: Speller | None = None) -> Question:
    """A question from a customer's words; what is beyond 4,000 characters is left out."""
    text = text[:_MAX_CHARACTERS]
    if speller:
        text = speller.mend(text)
    return Question(text, encoder.encode([text])[0], terms_of(text))


def terms_of(text: str) -> dict[str, float]:
    """The stems that are looked up, with weights."""
    return dict.fromkeys(stems(text), 1.0)
