import numpy as np

from bot.brain.nlu.intent_training import fit_intents
from bot.brain.nlu.rejection import topics_of


def _foreign(count: int, seed: int = 99) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, 32)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_foreign_messages_are_refused_and_known_ones_are_not(example_rows, encoder) -> None:
    model = fit_intents(example_rows(per_label=12), None, encoder)
    again = example_rows(per_label=20)
    known = model.scores(again.texts, again.vectors).max(axis=1)
    foreign = model.scores(["zzz"] * 200, _foreign(200)).max(axis=1)
    assert (known >= model.threshold).mean() > 0.95
    assert (foreign < model.threshold).mean() > 0.7


def test_two_intents_still_give_a_threshold(example_rows, encoder) -> None:
    model = fit_intents(example_rows(labels=2), None, encoder)
    rows = example_rows(labels=2)
    assert 0 < model.threshold < 1
    assert (model.scores(rows.texts, rows.vectors).max(axis=1) >= model.threshold).mean() > 0.8


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
