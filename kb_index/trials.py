"""Questions put to an index whose right outcome is known, each without what it must not see."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kb_index.embedding import SentenceEncoder, Vectors
from kb_index.head import NONE, Head, Labels, folds, worth_learning
from kb_index.index import Index
from kb_index.ranking import Hidden, Question, terms_of

MAX_QUESTIONS, MAX_SHORTENED = 1_500, 700
_FOLDS = 3
_DROPPED_WORDS = 0.5
# An article left out is often half answered by its neighbour: harder than what customers ask in vain. Where real
# questions without an answer are known they count instead.
_ABSENT_BESIDE_UNANSWERED, _UNANSWERED_SHARE = 0.1, 0.47


@dataclass(frozen=True, slots=True)
class Trial:
    """A question, what it must not see, the article that should be found, if any, and how much it counts.

    `foreign` is a question that customers ask and no article answers, unlike one whose article was left out.
    """

    question: Question
    hidden: Hidden | None
    wanted: int | None
    weight: float = 1.0
    head: Head | None = None
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question that an editor wrote: the number of its article, its row, its words."""

    number: int
    row: int
    text: str


def own_questions(index: Index) -> list[OwnQuestion]:
    """All of them; titles are none, for an article without its title is another."""
    return [
        OwnQuestion(number, row, entry.question_texts[row - rows.start])
        for entry in index
        if (number := index.number(entry.article.id)) is not None
        for rows in [index.questions.rows_of(number)]
        for row in rows[1:]
    ]


def learn_head(index: Index, *, without: Labels | None = None, unanswered_without: Labels | None = None) -> Head | None:
    """The head over all rows of an index, or without some question rows; None where there is too little to learn."""
    counts = [len(index.questions.rows_of(n)) + len(index.passages.rows_of(n)) for n in range(index.questions.owners)]
    if not worth_learning(counts):
        return None
    left_out, none_out = set(map(int, without if without is not None else [])), unanswered_without
    parts: list[Vectors] = []
    labels: list[int] = []
    for number in range(index.questions.owners):
        kept = [row for row in index.questions.rows_of(number) if row not in left_out]
        parts += [index.questions.vectors.rows(kept), _passage_rows(index, number)]
        labels += [number] * (len(kept) + len(parts[-1]))
    none = np.arange(len(index.unanswered))
    none = none if none_out is None else np.setdiff1d(none, none_out)
    parts.append(index.unanswered.rows(none))
    return Head.fit(np.concatenate(parts), np.array(labels + [NONE] * len(none)), index.questions.owners)


def _passage_rows(index: Index, number: int) -> Vectors:
    return index.questions.vectors.prepare(index.passages.vectors.original(index.passages.rows_of(number)))[0]


def trials(index: Index, encoder: SentenceEncoder, unanswered: Sequence[str], seed: int) -> list[Trial]:
    """Of as many own questions as the limit allows: each asked with its row left out and with its article left out.

    Further, where they are known, the questions that no article answers; where they are not, each own question again
    with half of its words.
    """
    own = own_questions(index)
    own_heads, unanswered_heads = _out_of_fold(index, own, seed)
    limit = MAX_QUESTIONS if unanswered else MAX_SHORTENED
    order = sorted(np.random.default_rng(seed).permutation(len(own))[:limit])
    chosen = [(own[i], own_heads[i]) for i in order]
    result = []
    for question, head in chosen:
        stored = index.questions.vectors.original(range(question.row, question.row + 1))[0]
        asked = Question(question.text, stored, terms_of(question.text))
        weight = _ABSENT_BESIDE_UNANSWERED if unanswered else 1.0
        result.append(Trial(asked, Hidden(question.number, question.row), question.number, head=head))
        result.append(Trial(asked, Hidden(question.number), None, weight, head))
    if unanswered:
        weight = _UNANSWERED_SHARE * len(chosen) / len(unanswered)
        return result + [
            _unanswered_trial(index, row, text, weight, unanswered_heads[row]) for row, text in enumerate(unanswered)
        ]
    return result + _shortened(index, encoder, chosen)


def _out_of_fold(
    index: Index, own: Sequence[OwnQuestion], seed: int
) -> tuple[dict[int, Head | None], dict[int, Head | None]]:
    """For each own question and each one without an answer, by position, a head that did not learn from it."""
    own_heads: dict[int, Head | None] = {}
    unanswered_heads: dict[int, Head | None] = {}
    rows = np.array([question.row for question in own], dtype=np.int64)
    for part, none in zip(folds(len(own), _FOLDS, seed), folds(len(index.unanswered), _FOLDS, seed), strict=True):
        head = learn_head(index, without=rows[part], unanswered_without=none) if index.head else None
        own_heads |= dict.fromkeys(map(int, part), head)
        unanswered_heads |= dict.fromkeys(map(int, none), head)
    return own_heads, unanswered_heads


def _unanswered_trial(index: Index, row: int, text: str, weight: float, head: Head | None) -> Trial:
    question = Question(text, index.unanswered.original(range(row, row + 1))[0], terms_of(text))
    return Trial(question, Hidden(NONE, unanswered_row=row), None, weight, head, foreign=True)


def _shortened(
    index: Index, encoder: SentenceEncoder, chosen: Sequence[tuple[OwnQuestion, Head | None]]
) -> list[Trial]:
    short = [_drop_words(question.text) for question, _ in chosen]
    vectors = encoder.encode(short)
    result = []
    for (question, head), fewer, vector in zip(chosen, short, vectors, strict=True):
        trial = Trial(Question(fewer, vector, terms_of(fewer)), None, question.number, head=head)
        result += [trial, replace(trial, hidden=Hidden(question.number), wanted=None)]
    return result


def _drop_words(text: str) -> str:
    """About half of the words, always the same ones of the same text, so that their vectors can be cached."""
    chance = random.Random(text)
    kept = [word for word in text.split() if chance.random() > _DROPPED_WORDS]
    return " ".join(kept) if len(kept) > 1 else text
