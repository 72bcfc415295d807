import numpy as np
import pytest

from bot.brain.nlu import rejection
from bot.brain.nlu.intent_training import Labelled, fit_intents
from bot.brain.nlu.kernel_regression import Embedded, Kernel
from bot.brain.nlu.rejection import (
    Taught,
    belonging,
    cheapest,
    evened,
    foreign_cost,
    nearest,
    topics_of,
    usual_belonging,
)


def _foreign(count: int, seed: int = 99) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, 32)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_foreign_messages_are_refused_and_known_ones_are_not(example_rows, encoder) -> None:
    model = fit_intents(example_rows(per_label=12), None, encoder)
    again = example_rows(per_label=20)
    known = model.read(again.texts, again.vectors).belonging
    foreign = model.read(["zzz"] * 200, Embedded.of(_foreign(200))).belonging
    assert (known >= model.threshold).mean() > 0.95
    assert (foreign < model.threshold).mean() > 0.7


def test_two_intents_still_give_a_threshold(example_rows, encoder) -> None:
    model = fit_intents(example_rows(labels=2), None, encoder)
    rows = example_rows(labels=2)
    assert 0 < model.threshold < 1
    assert (model.read(rows.texts, rows.vectors).belonging >= model.threshold).mean() > 0.8


def test_few_intents_are_a_topic_each_and_many_are_put_together() -> None:
    random = np.random.default_rng(0)
    themes = np.repeat(random.normal(size=(3, 32)), 4, axis=0) * 3
    labels = np.repeat(np.arange(12), 5)
    vectors = (themes[labels] + random.normal(size=(60, 32))).astype(np.float32)
    assert [list(topic) for topic in topics_of(labels, vectors)] == [[number] for number in range(12)]
    assert sorted(sorted(topic) for topic in topics_of(labels, vectors, most=3)) == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9, 10, 11],
    ]


def test_a_message_near_one_of_our_rows_belongs_more_than_one_with_the_same_score_far_from_all() -> None:
    scores = np.array([[0.6, 0.1], [0.6, 0.1]], dtype=np.float32)
    near, far = belonging(scores, np.array([0.9, 0.2], dtype=np.float32))
    assert near == pytest.approx(0.75)
    assert far == pytest.approx(0.4)


def test_what_is_usual_for_an_intent_counts_the_more_the_more_rows_tell() -> None:
    belongs = np.array([0.9] * 45 + [0.5] * 45 + [0.9] * 5, dtype=np.float32)
    labels = np.repeat([0, 1, 2], [45, 45, 5])
    alike, varied, few, unheard = usual_belonging(belongs, labels, 4)
    over = 0.9 - belongs.mean()
    assert alike == pytest.approx(rejection.MOST_EVENED * over * 0.9, rel=1e-3)
    assert few == pytest.approx(rejection.MOST_EVENED * over * 0.5, rel=1e-3)
    assert varied < 0
    assert unheard == 0
    assert usual_belonging(belongs[:0], labels[:0], 3).tolist() == [0, 0, 0]
    assert [evened(intents) for intents in (2, 24, 40, 150)] == pytest.approx([0.5, 0.5, 0.3, 0.08])


def test_an_intent_said_in_many_ways_is_measured_by_its_own_measure(
    example_rows, encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    alike, varied = (example_rows(per_label=60, noise=noise) for noise in (0.3, 1.1))
    late = np.repeat(np.arange(6) > 2, 60)
    vectors = np.where(late[:, np.newaxis], varied.vectors.sentence, alike.vectors.sentence)
    texts = ["same"] * 180
    # Strangers stand halfway between what is said of one thing and something never heard of.
    strangers = alike.vectors.sentence[1::2][~late[1::2]] + _foreign(90)
    strangers /= np.linalg.norm(strangers, axis=1, keepdims=True)

    def confused(evened: float) -> float:
        monkeypatch.setattr(rejection, "MOST_EVENED", evened)
        model = fit_intents(Labelled(texts, Embedded.of(vectors[::2]), varied.labels[::2]), None, encoder)
        ours = model.read(texts, Embedded.of(vectors[1::2])).belonging
        theirs = model.read(["same"] * 90, Embedded.of(strangers)).belonging
        return float((ours[:, np.newaxis] <= theirs).mean())

    assert confused(0.5) < 0.9 * confused(0.0)


def test_refusing_is_dearer_the_more_a_bot_is_for() -> None:
    costs = [foreign_cost(intents) for intents in (3, 40, 77, 150)]
    assert costs == pytest.approx([0.6, 0.595, 0.1015, 0.035], abs=0.001)
    own, foreign = np.linspace(0.3, 1, 100), np.linspace(0, 0.6, 100)
    thresholds = [cheapest(own, foreign, cost) for cost in (0.05, 0.5, 0.9)]
    assert thresholds == sorted(thresholds)
    assert thresholds[0] < thresholds[2]
    assert (foreign < thresholds[0]).mean() >= 0.5


def test_the_threshold_depends_less_on_which_rows_there_happen_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    def spread() -> float:
        random = np.random.default_rng(0)
        drawn = [(random.normal(0.9, 0.15, 150), random.normal(0.55, 0.15, 150)) for _ in range(200)]
        return float(np.std([cheapest(own, foreign, 0.6) for own, foreign in drawn]))

    smoothed = spread()
    monkeypatch.setattr(rejection, "_NEIGHBOURS", 1e-3)
    assert smoothed < 0.95 * spread()


def test_the_nearest_row_is_another_one_and_for_foreigners_of_another_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejection, "_BLOCK", 2)
    vectors = Embedded.of(np.array([[1, 0], [0.8, 0.6], [0.6, 0.8], [0, 1]], dtype=np.float32))
    kernel = Kernel(sharpness=2)

    def like(*cosines: float) -> object:
        return pytest.approx([np.exp(2 * (cosine - 1)) for cosine in cosines])

    everyone = np.ones(4, dtype=bool)
    topic = np.array([0, 0, 1, 1])
    own, foreign = nearest(Taught(topic, vectors, everyone, everyone), topic, kernel)
    assert own == like(0.8, 0.96, 0.96, 0.8)
    assert foreign == like(0.6, 0.96, 0.96, 0.6)
    doubted = np.array([True, True, False, True])
    own, foreign = nearest(Taught(topic, vectors, everyone, doubted), topic, kernel)
    assert own == like(0.8, 0.8, 0.96, 0.6)
    assert foreign == like(0.0, 0.6, 0.96, 0.6)


def test_misfiled_rows_do_not_make_a_bot_refuse_its_own(example_rows, encoder) -> None:
    clean = example_rows(per_label=20, labels=10)
    labels = list(clean.labels)
    for row in range(0, len(labels), 12):
        labels[row] = f"intent_{(int(labels[row][-1]) + 3) % 10}"
    again = example_rows(per_label=40, labels=10)
    shares = []
    for given in (clean.labels, labels):
        model = fit_intents(Labelled(["same"] * len(given), clean.vectors, given), None, encoder)
        read = model.read(["same"] * len(again.labels), again.vectors)
        right = np.array([model.labels[i] for i in read.scores.argmax(axis=1)]) == np.array(again.labels)
        shares.append((right & (read.belonging >= model.threshold)).mean())
    assert shares[1] > shares[0] - 0.05
