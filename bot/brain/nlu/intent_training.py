"""Learns an `IntentModel` from labelled rows: scores, confidence and the rule for refusing, from those rows alone."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

import numpy as np
from scipy.optimize import minimize_scalar

from bot.brain.nlu.centres import Centres, centre_weight
from bot.brain.nlu.intent_model import IntentModel, softmax
from bot.brain.nlu.kernel_regression import Embedded, Floats, Ints, Kernel, Rows, Solution, gram, one_hot, solve
from bot.brain.nlu.label_doubt import DOUBTED, doubt
from bot.brain.nlu.rejection import Flags, Taught, refusal_of
from bot.brain.nlu.terms import TermSpace
from kb_index.embedding import SentenceEncoder, encode_layers

MOST_ROWS = 16_000
"""Rows learned from; beyond it the largest intents are thinned out, for memory grows with the square (1 GB here)."""

_NAME_RIDGE = 0.3
"""An intent's name is a hint, trusted less than an utterance."""

MIDDLE = 0.3
"""Weight of middle vectors for the bots that they help."""

FEWEST, CHOSEN_FROM = 100, 2_000
"""So many rows tell whether they do: fewer say nothing sure, of more the largest intents are thinned out."""

_SURELY = 2.0
"""By how many of its standard errors a gain must exceed 0 to be believed."""

_WORDING_FEW, _WORDING_MANY = 0.1, 0.2
_FEW_A_LABEL = 10
_SEED = 7


@dataclass(frozen=True)
class Labelled:
    """Training rows: texts, their vectors and their labels."""

    texts: Sequence[str]
    vectors: Embedded
    labels: Sequence[str]


@dataclass(frozen=True)
class _Lesson:
    """The rows that are learned: utterances first, after them one row for each intent's name."""

    names: list[str]
    texts: list[str]
    vectors: Embedded
    labels: Ints
    utterances: int


@dataclass(frozen=True)
class _Learned:
    lesson: _Lesson
    kernel: Kernel
    words: TermSpace
    pieces: TermSpace
    seen: Rows
    solution: Solution
    trusted: Flags
    centres: Centres | None
    """None where there are so many examples that nearness to their middle adds nothing."""

    def left_out(self) -> Floats:
        """Each row's scores in a model that never saw it, nearness to the intents' middles and all."""
        scores = self.solution.left_out()
        return scores if self.centres is None else scores + self.centres.left_out()

    def left_out_together(self, rows: Ints) -> Floats:
        """The scores of these rows in a model that saw none of them."""
        scores = self.solution.left_out_together(rows)
        return scores if self.centres is None else scores + self.centres.left_out_together(rows)

    def directions(self) -> Floats:
        """See `Centres.directions`; no rows where there are no centres."""
        width = self.lesson.vectors.sentence.shape[1]
        return np.zeros((0, width), np.float32) if self.centres is None else self.centres.directions()

    def surprises(self) -> Floats:
        """Of each utterance when left out: the negative logarithm of its own intent's chance, calibrated, by the kernel
        alone, for that is what is chosen by it."""
        count = self.lesson.utterances
        left_out, labels = self.solution.left_out()[:count], self.lesson.labels[:count]
        return _surprises(left_out * _sharpening(left_out, labels), labels)

    def taught(self) -> Taught:
        spoken = np.arange(len(self.lesson.labels)) < self.lesson.utterances
        return Taught(self.lesson.labels, self.lesson.vectors, spoken, self.trusted)


class _Memory:
    """What was learned last, while somebody wants it kept."""

    wanted = False
    latest: tuple[str, _Learned] | None = None


@contextmanager
def keeping_solution() -> Iterator[None]:
    """Inside, the same rows are not solved again for what `read_left_out` would say of them after `fit_intents`.

    For a process that trains and then tests what it trained; costs the square of the rows in memory for as long.
    """
    _Memory.wanted = True
    try:
        yield
    finally:
        _Memory.wanted, _Memory.latest = False, None


def fit_intents(rows: Labelled, kernel: Kernel | None, encoder: SentenceEncoder) -> IntentModel:
    """The model of these rows; deterministic. Raises `ValueError` for fewer than two labels.

    Without a kernel it is `fitting_kernel`'s. `encoder` must be the one the rows' vectors came from; it also
    encodes the names of the intents.
    """
    learned = _learned(thinned(rows), kernel, encoder)
    lesson, kernel, solution = learned.lesson, learned.kernel, learned.solution
    refusal = refusal_of(solution, kernel, learned.taught())
    return IntentModel(
        encoder=encoder.model_id,
        labels=lesson.names,
        kernel=kernel,
        word_terms=learned.words,
        piece_terms=learned.pieces,
        vectors=lesson.vectors,
        coefficients=solution.coefficients,
        word_scores=kernel.wording * np.asarray(learned.seen.words.T @ solution.coefficients, np.float32),
        piece_scores=kernel.wording * np.asarray(learned.seen.pieces.T @ solution.coefficients, np.float32),
        sharpening=_sharpening(learned.left_out()[: lesson.utterances], lesson.labels[: lesson.utterances]),
        threshold=refusal.threshold,
        usual=refusal.usual,
        centres=learned.directions(),
    )


def read_left_out(rows: Labelled, folds: Ints, kernel: Kernel | None, encoder: SentenceEncoder) -> list[str]:
    """The label each row would get from a model that saw no row of its fold, by one solution for all folds.

    Exact but for the frequencies of terms and the choice of the kernel, which are those of all rows. Raises
    `ValueError` as `fit_intents`, and for more than `MOST_ROWS` rows.
    """
    if len(rows.labels) > MOST_ROWS:
        raise ValueError(f"At most {MOST_ROWS} rows can be learned at once: thin them out first.")
    learned = _learned(rows, kernel, encoder)
    best = np.zeros(len(folds), dtype=np.int64)
    for fold in np.unique(folds):
        out = np.flatnonzero(folds == fold)
        best[out] = learned.left_out_together(out).argmax(axis=1)
    return [learned.lesson.names[i] for i in best]


def _learned(rows: Labelled, kernel: Kernel | None, encoder: SentenceEncoder) -> _Learned:
    if not _Memory.wanted:
        return _learn(rows, kernel, encoder)
    middles = rows.vectors.middle.shape[1]
    told = [list(rows.texts), list(rows.labels), kernel and asdict(kernel), encoder.model_id, middles]
    key = hashlib.sha256(json.dumps(told).encode()).hexdigest()
    if _Memory.latest is None or _Memory.latest[0] != key:
        _Memory.latest = key, _learn(rows, kernel, encoder)
    return _Memory.latest[1]


def _learn(rows: Labelled, kernel: Kernel | None, encoder: SentenceEncoder) -> _Learned:
    kernel = kernel or fitting_kernel(rows, encoder)
    return _learn_with(kernel, _lesson(rows, encoder, middle=kernel.middle > 0))


def _learn_with(kernel: Kernel, lesson: _Lesson) -> _Learned:
    words, pieces = TermSpace.fit("words", lesson.texts), TermSpace.fit("pieces", lesson.texts)
    seen = Rows(lesson.vectors, words.transform(lesson.texts), pieces.transform(lesson.texts))
    solution = _solution(lesson, kernel, seen)
    factor = doubt(solution.left_out()[: lesson.utterances], lesson.labels[: lesson.utterances])
    doubted = np.flatnonzero(factor >= DOUBTED)
    if len(doubted):
        solution = solution.trusting_less(doubted, kernel.ridge * (factor[doubted] - 1))
    trusted = ~np.isin(np.arange(len(lesson.labels)), doubted)
    weight = centre_weight(lesson.utterances / len(lesson.names))
    centres = Centres(lesson.vectors.sentence, lesson.labels, trusted, weight) if weight else None
    return _Learned(lesson, kernel, words, pieces, seen, solution, trusted, centres)


def fitting_kernel(rows: Labelled, encoder: SentenceEncoder) -> Kernel:
    """The kernel for these rows: `wording_for` their number, and middle vectors where they surely help.

    That is where the rows, each left out, are told with less surprise (negative logarithm of the right intent's
    calibrated chance), by more than twice the standard error of the difference. Of fewer than `FEWEST` rows nothing
    is believed.
    """
    kernel = replace(Kernel(), wording=wording_for(len(rows.labels) / max(1, len(set(rows.labels)))))
    if not rows.vectors.middle.shape[1] or len(rows.labels) < FEWEST:
        return kernel
    lesson, both = _lesson(thinned(rows, CHOSEN_FROM), encoder), replace(kernel, middle=MIDDLE)
    gain = _learn_with(kernel, lesson).surprises() - _learn_with(both, lesson).surprises()
    return both if gain.mean() > _SURELY * gain.std() / np.sqrt(len(gain)) else kernel


def wording_for(rows_a_label: float) -> float:
    """Weight of literal likeness: .1 up to ten rows an intent, .2 from a hundred on, between them by logarithm."""
    share = np.clip(np.log10(rows_a_label / _FEW_A_LABEL), 0, 1)
    return float(_WORDING_FEW + share * (_WORDING_MANY - _WORDING_FEW))


def spoken(name: str) -> str:
    """An intent's name as words: 'order_status' and 'orderStatus' are 'order status'."""
    return " ".join(re.sub(r"(?<=[a-z])(?=[A-Z])|[_/+.:-]+", " ", name).lower().split())


def thinned(rows: Labelled, most: int | None = None) -> Labelled:
    """At most `most` of the rows (by default `MOST_ROWS`); the largest intents lose first."""
    most = most or MOST_ROWS
    if len(rows.labels) <= most:
        return rows
    labels = np.array(rows.labels)
    order = np.random.default_rng(_SEED).permutation(len(labels))
    rank = np.zeros(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        own = order[labels[order] == label]
        rank[own] = np.arange(len(own))
    # Every intent keeps its first rows; the ones of highest rank belong to the largest intents.
    kept = np.sort(np.argsort(rank, kind="stable")[:most])
    return Labelled([rows.texts[i] for i in kept], rows.vectors[kept], [rows.labels[i] for i in kept])


def _lesson(rows: Labelled, encoder: SentenceEncoder, middle: bool = True) -> _Lesson:
    names = sorted(set(rows.labels))
    if len(names) < 2:
        raise ValueError("Two intents with examples are needed at least: there is nothing to choose between.")
    index = {name: number for number, name in enumerate(names)}
    said = [spoken(name) for name in names]
    layers = zip((rows.vectors.sentence, rows.vectors.middle), encode_layers(encoder, said), strict=True)
    both = Embedded(*(np.vstack([own, of_names[:, : own.shape[1]]]) for own, of_names in layers))
    vectors = both if middle else Embedded.of(both.sentence)
    return _Lesson(
        names=names,
        texts=[*rows.texts, *said],
        vectors=vectors,
        labels=np.array([*(index[label] for label in rows.labels), *range(len(names))]),
        utterances=len(rows.labels),
    )


def _solution(lesson: _Lesson, kernel: Kernel, seen: Rows) -> Solution:
    ridge = np.full(len(lesson.labels), kernel.ridge, dtype=np.float32)
    ridge[lesson.utterances :] = _NAME_RIDGE
    return solve(gram(kernel, seen), one_hot(lesson.labels, len(lesson.names)), ridge)


def _sharpening(left_out: Floats, labels: Ints) -> float:
    """The factor at which left-out scores make the likeliest probabilities (temperature scaling, Guo 2017)."""

    def surprise(log_factor: float) -> float:
        return float(_surprises(left_out * np.exp(log_factor), labels).mean())

    best = minimize_scalar(surprise, bounds=(0.0, 4.5), method="bounded")
    return float(np.exp(best.x))


def _surprises(scores: Floats, labels: Ints) -> Floats:
    chances = softmax(scores)[np.arange(len(labels)), labels]
    return np.asarray(-np.log(np.maximum(chances, 1e-9)))
