"""When a message is none of ours: a threshold drawn from the training rows alone.

Nobody has examples of everything a bot is not for, but whole topics can be left out: how their rows score in a model
that never heard of them is how foreign messages score, and single rows left out tell how our own do. Single intents
would be too hard an exercise for a bot with many neighbouring ones, so similar intents are left out together.

Some intents are always said in much the same words, others in many ways. What would be little for the former is much
for the latter, so how much rows of an intent usually belong is partly taken off (as local outlier factors compare a
point's surroundings with those of its neighbours, Breunig and others 2000; here the surroundings are the intent's).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage

from bot.brain.nlu.kernel_regression import Embedded, Floats, Ints, Kernel, Solution

Flags = npt.NDArray[np.bool_]

TOPICS = 25
"""Into how many topics the intents are put at most; a bot with fewer intents has one a topic."""

MOST_COST, LEAST_COST, DEAR_UNTIL = 0.6, 0.035, 33
"""See `foreign_cost`."""

MOST_EVENED, _EVENED_OF_ALL = 0.5, 12
"""See `evened`."""

_EVEN_FROM = 5
"""With so many rows of an intent half of what is usual for it is believed."""

_FEWEST_REFUSED, _MOST_REFUSED = 0.5, 0.99
_STEPS = 99
_NEIGHBOURS = 6
"""Steps (of half a percent of the foreign rows each) that a threshold's cost is averaged over: a Gaussian's width."""
_FEWEST_LABELS = 3
_REFUSED_OF_TWO = 0.05
_BLOCK = 2000


@dataclass(frozen=True)
class Taught:
    """The rows of a solution. `spoken` are utterances rather than intents' names, `trusted` those filed rightly."""

    labels: Ints
    vectors: Embedded
    spoken: Flags
    trusted: Flags


@dataclass(frozen=True)
class Refusal:
    """The rule for refusing: below `threshold`, with `usual` for each intent taken off (see `belonging`)."""

    threshold: float
    usual: Floats


def belonging(scores: Floats, likeness: Floats) -> Floats:
    """How much messages are ours: the mean of the best score and the likeness to the nearest training row.

    The score alone is high for a message between two intents it has nothing to do with; likeness alone for one that
    shares an odd row's words. `likeness` is the largest of `Kernel.likeness`.
    """
    return np.asarray((scores.max(axis=1) + likeness) / 2, np.float32)


def usual_belonging(belongs: Floats, labels: Ints, count: int) -> Floats:
    """For each of `count` labels what to take off: how much more than all rows its own belong, or less (negative).

    A part of that (`evened`), and the less of it, the fewer rows tell.
    """
    if not len(labels):
        return np.zeros(count, np.float32)
    rows = np.bincount(labels, minlength=count)
    over = np.bincount(labels, belongs - belongs.mean(), minlength=count)
    return np.asarray(evened(count) * over / (rows + _EVEN_FROM), np.float32)


def evened(intents: int) -> float:
    """The share of an intent's usual belonging that is taken off: a half up to 24 intents, .3 for 40, .08 for 150.

    It helps against neighbouring topics, most of what few intents leave out, and costs a little against what is far
    from all, most of what many leave out.
    """
    return float(min(MOST_EVENED, _EVENED_OF_ALL / intents))


def refusal_of(solution: Solution, kernel: Kernel, taught: Taught) -> Refusal:
    """The threshold below which a message is refused: where both kinds of mistakes together cost least.

    Rows filed wrongly do not count: they are no strangers where their label is left out.
    """
    left_out, intents = solution.left_out(), solution.targets.shape[1]
    counted = taught.spoken & taught.trusted
    topics, topic = _topics(taught)
    own_likeness, foreign_likeness = nearest(taught, topic, kernel)
    own, read_as = belonging(left_out, own_likeness), left_out.argmax(axis=1)
    understood = counted & (read_as == taught.labels)
    usual = usual_belonging(own[understood], taught.labels[understood], intents)
    own -= usual[read_as]
    if len(topics) < _FEWEST_LABELS:
        # With two intents nothing can be left out: refuse what belongs less than nearly all known rows.
        return Refusal(float(np.quantile(own[counted], _REFUSED_OF_TWO)), usual)
    foreign = np.zeros(len(topic), dtype=np.float32)
    for number, labels in enumerate(topics):
        rows = np.flatnonzero(topic == number)
        scores = solution.scores_without(rows, labels)
        foreign[rows] = belonging(scores, foreign_likeness[rows])
        foreign[rows] -= np.delete(usual, labels)[scores.argmax(axis=1)]
    return Refusal(cheapest(own[understood], foreign[counted], foreign_cost(intents)), usual)


def _topics(taught: Taught) -> tuple[list[Ints], Ints]:
    """The labels of each topic, and the topic of each row."""
    topics = topics_of(taught.labels, taught.vectors.sentence)
    topic = np.zeros(len(taught.labels), dtype=np.int64)
    for number, labels in enumerate(topics):
        topic[np.isin(taught.labels, labels)] = number
    return topics, topic


def foreign_cost(intents: int) -> float:
    """What it costs to take a message of an unheard topic for ours, where refusing one that is understood costs 1.

    The fewer things a bot is for, the more of what it is asked is foreign: .6 up to 40 intents, .1 for 77, .035 from
    115 on.
    """
    return float(np.clip((DEAR_UNTIL / intents) ** 2.7, LEAST_COST, MOST_COST))


def cheapest(own: Floats, foreign: Floats, cost: float) -> float:
    """The threshold at which refusing rows of our own and accepting foreign ones, at this cost, cost least together.

    Between half and nearly all of the foreign rows are refused, whatever that costs. A few rows decide between
    thresholds far apart that cost nearly the same, so the cost of each counts with that of its neighbours.
    """
    candidates = np.quantile(foreign, np.linspace(_FEWEST_REFUSED, _MOST_REFUSED, _STEPS))
    refused = np.searchsorted(np.sort(own), candidates) / max(1, len(own))
    accepted = 1 - np.searchsorted(np.sort(foreign), candidates) / len(foreign)
    steps = np.arange(_STEPS)
    near = np.exp(-(((steps[:, np.newaxis] - steps) / _NEIGHBOURS) ** 2) / 2)
    costs = near @ (refused + cost * accepted) / near.sum(axis=1)
    return float(candidates[np.argmin(costs)])


def nearest(taught: Taught, topic: Ints, kernel: Kernel) -> tuple[Floats, Floats]:
    """For each row the likeness of the nearest other row, and of the nearest row of another topic."""
    vectors = taught.vectors
    own, foreign = np.zeros((2, len(vectors)), dtype=np.float32)
    for start in range(0, len(vectors), _BLOCK):
        rows = slice(start, min(start + _BLOCK, len(vectors)))
        likeness = kernel.likeness(vectors[rows], vectors)
        likeness[:, ~taught.trusted] = 0
        likeness[np.arange(len(likeness)), np.arange(rows.start, rows.stop)] = 0
        own[rows] = likeness.max(axis=1)
        np.putmask(likeness, topic[rows, np.newaxis] == topic, 0)
        foreign[rows] = likeness.max(axis=1)
    return own, foreign


def topics_of(labels: Ints, vectors: Floats, most: int = TOPICS) -> list[Ints]:
    """Labels put together by likeness of their mean vectors (average linkage)."""
    names = np.arange(labels.max() + 1)
    if len(names) <= most:
        return [np.array([name]) for name in names]
    topic: npt.NDArray[np.int32] = fcluster(linkage(_centres(labels, vectors), "average", "cosine"), most, "maxclust")
    return [names[topic == number] for number in np.unique(topic)]


def _centres(labels: Ints, vectors: Floats) -> Floats:
    sums = np.zeros((labels.max() + 1, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, labels, vectors)
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True), np.float32)
