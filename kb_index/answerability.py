"""Whether the best article answers a question: a calibrated probability, learned from the articles themselves.

The articles' own `questions` are the development data. Each is asked in two ways: as it stands with its own row left
out, and with half of its words dropped while the row stays; in both the article should be found. Each is asked again
with the whole article left out: nothing answers it now. A logistic regression on the evidence then gives the
probability that the first article is the right one.
"""

import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from kb_index.embedding import SentenceEncoder
from kb_index.index import Index
from kb_index.ranking import Hidden, Question, Ranking, terms_of
from kb_index.words import stems

MAX_QUESTIONS = 600
# From fewer there is too little to learn: the shipped calibration serves.
MIN_QUESTIONS, MIN_ARTICLES = 60, 8
RANKED = 10
# An answer is given from the lowest confidence at which both hold on the trials.
_WANTED_PRECISION, _WANTED_REFUSAL = 0.94, 0.88
_DROPPED_WORDS = 0.5
_MAX_MARGIN = 0.2
_TEMPERATURE = 0.03


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the evidence, and the probability from which an answer is given."""

    weights: tuple[float, ...]
    bias: float
    threshold: float
    trials: int = 0

    def confidence(self, evidence: npt.NDArray[np.float64]) -> float:
        """Probability that the first article answers, 0 to 1."""
        return float(1.0 / (1.0 + np.exp(-(evidence @ np.array(self.weights) + self.bias))))

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> "Calibration":
        """What `to_dict` wrote."""
        return cls(tuple(row["weights"]), row["bias"], row["threshold"], row["trials"])


# Learned from the demo shop's articles; serves knowledge bases too small to learn from.
SHIPPED = Calibration(weights=(1.97, 3.28, 2.85, 1.63, 0.98, -1.53, 3.79, 1.2), bias=-7.8, threshold=0.52)


def evidence(index: Index, ranking: Ranking, hidden: Hidden | None = None) -> npt.NDArray[np.float64]:
    """What speaks for the first article of a ranking; zeros if there is none."""
    if not ranking.articles:
        return np.zeros(len(SHIPPED.weights))
    first = ranking.articles[0]
    scores = np.array([ranked.score for ranked in ranking.articles])
    margin = float(scores[0] - scores[1]) if len(scores) > 1 else _MAX_MARGIN
    share = float(1.0 / np.exp((scores - scores[0]) / _TEMPERATURE).sum())
    covered, unknown = _cover(index, first.number, ranking.question, hidden)
    return np.array(
        [
            first.score,
            min(margin, _MAX_MARGIN),
            share,
            first.question,
            first.passage,
            first.words,
            covered,
            unknown,
        ]
    )


def _cover(index: Index, number: int, question: Question, hidden: Hidden | None) -> tuple[float, float]:
    """Shares of the question's weight of words: found in the article, and known to no article."""
    own = hidden is not None and hidden.number == number
    held = frozenset(stems(hidden.left_text(index))) if hidden and own else index.stems_of(number)
    total = covered = unknown = 0.0
    for term in question.terms:
        weight = index.words.idf(term)
        total += weight
        if term in held:
            covered += weight
        elif not _known(index, term, hidden):
            unknown += weight
    return (covered / total, unknown / total) if total else (0.0, 1.0)


def _known(index: Index, term: str, hidden: Hidden | None) -> bool:
    """Whether any article has the stem, not counting what is hidden."""
    seen = index.words.frequency(term)
    if hidden is None or seen != 1:
        return seen > 0
    return index.words.holds(hidden.number, term) <= (term in stems(hidden.left_text(index)))


@dataclass(frozen=True, slots=True)
class _Trial:
    """A question asked of the index, with what it must not see and the article that should be found, if any."""

    question: Question
    hidden: Hidden | None
    wanted: int | None


def calibrate(
    index: Index, encoder: SentenceEncoder, progress: Callable[[int, int], None] | None = None, seed: int = 7
) -> Calibration:
    """Learns from the index's own questions; returns the shipped calibration where there are too few."""
    own = _own_questions(index)
    if len(own) < MIN_QUESTIONS or len(index) < MIN_ARTICLES:
        return SHIPPED
    trials = _trials(index, own, encoder, seed)
    rows, right = [], []
    for done, trial in enumerate(trials):
        ranking = Ranking(index, trial.question, RANKED, trial.hidden)
        rows.append(evidence(index, ranking, trial.hidden))
        right.append(bool(ranking.articles) and ranking.articles[0].number == trial.wanted)
        if progress and done % 100 == 0:
            progress(done, len(trials))
    answerable = np.array([trial.wanted is not None for trial in trials])
    return _fit(np.array(rows), np.array(right), answerable)


def _own_questions(index: Index) -> list[tuple[int, int]]:
    """Article and row of each question; titles are none, for an article without its title is another."""
    return [
        (number, row)
        for entry in index
        if (number := index.number(entry.article.id)) is not None
        for row in list(index.questions.rows_of(number))[1:]
    ]


def _trials(index: Index, own: list[tuple[int, int]], encoder: SentenceEncoder, seed: int) -> list[_Trial]:
    """Four trials of each question, of as many questions as the limit allows."""
    order = np.random.default_rng(seed).permutation(len(own))[:MAX_QUESTIONS]
    chosen = [own[i] for i in sorted(order)]
    whole = [_text_of(index, number, row) for number, row in chosen]
    short = [_drop_words(text) for text in whole]
    vectors = encoder.encode(short)
    trials = []
    for (number, row), text, fewer, vector in zip(chosen, whole, short, vectors, strict=True):
        stored = index.questions.vectors.original(range(row, row + 1))[0]
        asked = Question(text, stored, terms_of(text))
        dropped = Question(fewer, vector, terms_of(fewer))
        trials += [_Trial(asked, Hidden(number, row), number), _Trial(asked, Hidden(number), None)]
        trials += [_Trial(dropped, None, number), _Trial(dropped, Hidden(number), None)]
    return trials


def _text_of(index: Index, number: int, row: int) -> str:
    return index.entry(number).question_texts[row - index.questions.rows_of(number).start]


def _drop_words(text: str) -> str:
    """About half of the words, always the same ones of the same text, so that their vectors can be cached."""
    chance = random.Random(text)
    kept = [word for word in text.split() if chance.random() > _DROPPED_WORDS]
    return " ".join(kept) if len(kept) > 1 else text


def _fit(rows: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], answerable: npt.NDArray[np.bool_]) -> Calibration:
    if right.all() or not right.any():
        return SHIPPED
    model = LogisticRegression(max_iter=2000).fit(rows, right)
    fitted = Calibration(tuple(map(float, model.coef_[0])), float(model.intercept_[0]), 1.0, len(rows))
    confidences = np.array([fitted.confidence(row) for row in rows])
    return replace(fitted, threshold=_threshold(confidences, right, answerable))


def _threshold(
    confidences: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], answerable: npt.NDArray[np.bool_]
) -> float:
    """The lowest confidence from which answers to answerable trials are right, and the others refused, often enough."""
    for threshold in np.arange(0.2, 0.99, 0.01):
        given = confidences >= threshold
        precision = right[given & answerable].mean() if (given & answerable).any() else 1.0
        refusal = 1.0 - given[~answerable].mean()
        if precision >= _WANTED_PRECISION and refusal >= _WANTED_REFUSAL:
            return round(float(threshold), 2)
    return 0.99
