"""Whether the best article answers a question: a calibrated probability, learned when the index is built.

The articles' own `questions` are asked with their rows left out, and so are the questions that editors know to have no
answer (`kb_index.trials`). A logistic regression on the evidence then gives the probability that the first article is
the right one.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from kb_index.embedding import SentenceEncoder
from kb_index.fusion import LEAST_LOG_PROBABILITY
from kb_index.index import Index
from kb_index.ranking import Hidden, Nearness, Question, Ranked, Ranking
from kb_index.trials import Trial, own_questions, trials

# From fewer there is too little to learn: the shipped calibration serves.
MIN_QUESTIONS, MIN_ARTICLES = 60, 8
RANKED = 10
# An answer is given from the lowest confidence at which both hold on the trials.
_WANTED_PRECISION, _WANTED_REFUSAL = 0.94, 0.88
# The same where questions without an answer are known. Editors word questions shorter than customers do, so 90 of
# 100 of these trials mean 97 of 100 of the development questions, with 98 of 100 unanswered ones refused.
_WANTED_PRECISION_KNOWN, _WANTED_REFUSAL_KNOWN = 0.90, 0.967
_REGULARIZATION, _REGULARIZATION_OF_PRODUCTS = 0.3, 0.02
# From fewer trials the products of two pieces of evidence would be learned from chance.
MIN_TRIALS_FOR_PRODUCTS = 1_000
# Evidence beyond anything in the trials, in spreads, counts as at their edge.
_FARTHEST = 4.0
_AT_ONCE = 256
_MAX_MARGIN = 0.2
_TEMPERATURE = 0.03
_NEAREST = 3
_MAX_ODDS = 10.0
_Numbers = npt.NDArray[np.float64]
_Flags = npt.NDArray[np.bool_]


def sigmoid(odds: float) -> float:
    """The probability of log-odds."""
    return 1.0 / (1.0 + math.exp(-odds))


def logit(probability: float) -> float:
    """The log-odds of a probability; certainties are finite."""
    kept = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(kept / (1 - kept))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the evidence, and the probability from which an answer is given.

    `center` and `spread` bring each piece of evidence to a like scale; empty ones leave it as it is. Where there are
    more weights than pieces, the further ones are of the products of two pieces each.
    """

    weights: tuple[float, ...]
    bias: float
    threshold: float
    trials: int = 0
    center: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()

    def confidence(self, evidence: _Numbers) -> float:
        """Probability that the first article answers, 0 to 1."""
        return float(self.confidences(evidence[None])[0])

    def confidences(self, rows: _Numbers) -> _Numbers:
        """As `confidence`, of several rows of evidence."""
        if self.center:
            rows = _scaled(rows, np.array(self.center), np.array(self.spread))
        if len(self.weights) > rows.shape[1]:
            rows = _with_products(rows)
        probabilities: _Numbers = 1.0 / (1.0 + np.exp(-(rows @ np.array(self.weights) + self.bias)))
        return probabilities

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> "Calibration":
        """What `to_dict` wrote."""
        lists = {name: tuple(row.get(name, ())) for name in ("weights", "center", "spread")}
        return cls(bias=row["bias"], threshold=row["threshold"], trials=row["trials"], **lists)


# Learned from the demo shop's articles without head and unanswered questions; serves knowledge bases too small to
# learn from, which have neither.
SHIPPED = Calibration(
    weights=(1.97, 3.28, 2.85, 1.63, 0.98, -1.53, 3.79, 1.2, 0.0, 0.0, 0.0, 0.0), bias=-7.8, threshold=0.52
)


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
            *_learned(index, ranking, first),
        ]
    )


def _learned(index: Index, ranking: Ranking, first: Ranked) -> tuple[float, float, float, float]:
    """What the head says for the first article and for none; how much nearer unanswered questions are than its own."""
    verdict = ranking.verdict
    likely = max(float(verdict.owners[first.number]), LEAST_LOG_PROBABILITY) if verdict else 0.0
    none = float(np.clip(verdict.none, -_MAX_ODDS, _MAX_ODDS)) if verdict else 0.0
    if not len(index.unanswered):
        return likely, none, 0.0, 0.0
    near = ranking.unanswered(index, _NEAREST)
    own = np.sort(np.maximum(ranking.questions.row_scores(first.number), 0.0))[::-1][:_NEAREST]
    return likely, none, float(near[0] - first.question), float(near.mean() - own.mean())


def _cover(index: Index, number: int, question: Question, hidden: Hidden | None) -> tuple[float, float]:
    """Shares of the question's weight of words: found in the article, and known to no article."""
    own = hidden is not None and hidden.number == number
    held = hidden.left_stems(index) if hidden and own else index.stems_of(number)
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
    if hidden is None or hidden.unanswered_row is not None or seen != 1:
        return seen > 0
    return index.words.holds(hidden.number, term) <= (term in hidden.left_stems(index))


def calibrate(
    index: Index,
    encoder: SentenceEncoder,
    progress: Callable[[int, int], None] | None = None,
    unanswered: Sequence[str] = (),
    seed: int = 7,
) -> Calibration:
    """Learns from the index's own questions and those without an answer; the shipped one where there are too few."""
    if len(own_questions(index)) < MIN_QUESTIONS or len(index) < MIN_ARTICLES:
        return SHIPPED
    chosen = trials(index, encoder, unanswered, seed)
    rows, right = _outcomes(index, chosen, progress)
    fitted = _fit(rows, right, np.array([trial.weight for trial in chosen]))
    if fitted is None:
        return SHIPPED
    confidences = fitted.confidences(rows)
    answerable = np.array([trial.wanted is not None for trial in chosen])
    foreign = np.array([trial.foreign for trial in chosen])
    if foreign.any():
        wanted = (_WANTED_PRECISION_KNOWN, _WANTED_REFUSAL_KNOWN)
        return replace(fitted, threshold=_threshold(confidences, right, answerable, foreign, wanted))
    wanted = (_WANTED_PRECISION, _WANTED_REFUSAL)
    return replace(fitted, threshold=_threshold(confidences, right, answerable, ~answerable, wanted))


def _outcomes(
    index: Index, chosen: Sequence[Trial], progress: Callable[[int, int], None] | None
) -> tuple[_Numbers, _Flags]:
    """The evidence of each trial, and whether its first article was the wanted one."""
    rows, right = [], []
    for start in range(0, len(chosen), _AT_ONCE):
        part = chosen[start : start + _AT_ONCE]
        for trial, near in zip(part, Nearness.of(index, [trial.question.vector for trial in part]), strict=True):
            ranking = Ranking(index, trial.question, RANKED, hidden=trial.hidden, head=trial.head, near=near)
            rows.append(evidence(index, ranking, trial.hidden))
            right.append(bool(ranking.articles) and ranking.articles[0].number == trial.wanted)
        if progress:
            progress(start + len(part), len(chosen))
    return np.array(rows), np.array(right)


def _scaled(rows: _Numbers, center: _Numbers, spread: _Numbers) -> _Numbers:
    scaled: _Numbers = np.clip((rows - center) / spread, -_FARTHEST, _FARTHEST)
    return scaled


def _with_products(rows: _Numbers) -> _Numbers:
    """Each row followed by the products of every two of its pieces."""
    one, other = np.triu_indices(rows.shape[1], 1)
    return np.hstack([rows, rows[:, one] * rows[:, other]])


def _fit(rows: _Numbers, right: _Flags, weights: _Numbers) -> Calibration | None:
    """A regression on scaled evidence, from enough trials also on products of two pieces; None if all went alike."""
    if right.all() or not right.any():
        return None
    center, spread = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-6)
    told, strength = _scaled(rows, center, spread), _REGULARIZATION
    if len(rows) >= MIN_TRIALS_FOR_PRODUCTS:
        told, strength = _with_products(told), _REGULARIZATION_OF_PRODUCTS
    # Products are brought to a like scale too, so that the penalty treats all alike.
    scale = np.maximum(told.std(axis=0), 1e-6)
    model = LogisticRegression(C=strength, max_iter=2000)
    model.fit(told / scale, right, sample_weight=weights)
    learned = tuple(map(float, model.coef_[0] / scale))
    bias = float(model.intercept_[0])
    return Calibration(learned, bias, 1.0, len(rows), tuple(map(float, center)), tuple(map(float, spread)))


def _threshold(
    confidences: _Numbers, right: _Flags, answerable: _Flags, vain: _Flags, wanted: tuple[float, float]
) -> float:
    """The lowest confidence at which answers are right, and trials in vain refused, often enough."""
    for threshold in np.arange(0.2, 0.99, 0.01):
        given = confidences >= threshold
        precision = right[given & answerable].mean() if (given & answerable).any() else 1.0
        refusal = 1.0 - given[vain].mean()
        if precision >= wanted[0] and refusal >= wanted[1]:
            return round(float(threshold), 2)
    return 0.99
