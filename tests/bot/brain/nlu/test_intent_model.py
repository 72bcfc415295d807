import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message

from bot.brain.nlu import intent_training
from bot.brain.nlu.intent_training import (
    Labelled,
    fit_intents,
    keeping_solution,
    read_left_out,
    spoken,
    wording_for,
)
from bot.brain.nlu.intents import UntrainedIntents, check_model, kernel_of, read_model, write_model
from bot.brain.nlu.kernel_regression import Kernel
from bot.brain.nlu.sentence_vectors import ForeignVectors, sentence_vector


def test_it_knows_its_training_rows(example_rows, encoder) -> None:
    rows = example_rows()
    model = fit_intents(rows, None, encoder)
    found = [model.labels[i] for i in model.scores(rows.texts, rows.vectors).argmax(axis=1)]
    assert found == list(rows.labels)


def test_probabilities_sum_to_one_and_keep_the_order(example_rows, encoder) -> None:
    rows = example_rows()
    model = fit_intents(rows, None, encoder)
    scores = model.scores(rows.texts[:5], rows.vectors[:5])
    chances = model.probabilities(scores)
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-5)
    assert (chances.argmax(axis=1) == scores.argmax(axis=1)).all()


def test_confidence_is_the_share_of_right_answers(example_rows, encoder) -> None:
    rows = example_rows(per_label=100, noise=2.5)
    texts = ["same"] * 300
    model = fit_intents(Labelled(texts, rows.vectors[::2], rows.labels[::2]), None, encoder)
    chances = model.probabilities(model.scores(texts, rows.vectors[1::2]))
    right = np.array([model.labels[i] for i in chances.argmax(axis=1)]) == np.array(rows.labels[1::2])
    assert 0.5 < right.mean() < 0.99
    assert abs(chances.max(axis=1).mean() - right.mean()) < 0.07


def test_the_name_of_an_intent_helps_where_examples_are_few(encoder) -> None:
    vectors = encoder.encode(["something else entirely", "quite another thing"])
    rows = Labelled(["a b", "c d"], vectors, ["card_arrival", "lost_phone"])
    model = fit_intents(rows, None, encoder)
    asked = encoder.encode(["card arrival"])
    assert model.labels[int(model.scores(["card arrival"], asked).argmax())] == "card_arrival"


def test_one_intent_is_nothing_to_choose_between(example_rows, encoder) -> None:
    with pytest.raises(ValueError, match="Two intents"):
        fit_intents(example_rows(labels=1), None, encoder)


def test_too_many_rows_are_thinned_out_where_there_are_most(
    example_rows, encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = example_rows(per_label=20)
    rare = [i for i, label in enumerate(rows.labels) if label == "intent_0"][:4]
    kept = rare + [i for i, label in enumerate(rows.labels) if label != "intent_0"]
    rows = Labelled([rows.texts[i] for i in kept], rows.vectors[kept], [rows.labels[i] for i in kept])
    monkeypatch.setattr(intent_training, "MOST_ROWS", 54)
    model = fit_intents(rows, None, encoder)
    assert len(model.vectors) == 54 + len(model.labels)
    assert model.labels == sorted(set(rows.labels))


def test_rows_are_read_by_a_model_that_did_not_see_their_fold(example_rows, encoder) -> None:
    noisy = example_rows(per_label=10, noise=2.0)
    rows = Labelled(["same"] * len(noisy.labels), noisy.vectors, noisy.labels)
    folds = np.arange(len(rows.labels)) % 5
    read = read_left_out(rows, folds, None, encoder)
    assert 0.5 < np.mean([one == label for one, label in zip(read, rows.labels, strict=True)]) < 0.9
    for fold in range(5):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        known = Labelled(rows.texts[: len(inside)], rows.vectors[inside], [rows.labels[i] for i in inside])
        model = fit_intents(known, None, encoder)
        best = model.scores(rows.texts[: len(outside)], rows.vectors[outside]).argmax(axis=1)
        assert [read[i] for i in outside] == [model.labels[k] for k in best]


@pytest.mark.parametrize(
    ("name", "words"),
    [("order_status", "order status"), ("orderStatus", "order status"), ("faq/ask-returns", "faq ask returns")],
)
def test_names_are_read_as_words(name: str, words: str) -> None:
    assert spoken(name) == words


def test_wording_weighs_more_with_more_rows() -> None:
    assert [wording_for(rows) for rows in (2, 10, 100, 1000)] == pytest.approx([0.1, 0.1, 0.2, 0.2])
    assert 0.1 < wording_for(30) < 0.2


def test_the_configuration_may_set_the_kernel() -> None:
    assert kernel_of({"sharpness": None, "wording": None, "ridge": None}) is None
    assert kernel_of({"sharpness": 2.0, "wording": None, "ridge": None}) == Kernel(sharpness=2.0)


def test_a_stored_model_answers_as_the_one_that_was_learned(tmp_path: Path, example_rows, encoder) -> None:
    rows = example_rows()
    model = fit_intents(rows, None, encoder)
    write_model(model, tmp_path)
    again = read_model(tmp_path)
    check_model(again)
    assert (again.threshold, again.labels, again.encoder) == (model.threshold, model.labels, "names@1")
    expected = model.scores(rows.texts, rows.vectors)
    assert np.allclose(again.scores(rows.texts, rows.vectors), expected, atol=1e-6)
    belonging = model.read(rows.texts, rows.vectors).belonging
    assert np.allclose(again.read(rows.texts, rows.vectors).belonging, belonging, atol=1e-6)
    assert np.abs(again.usual).max() > 0


def test_nothing_stored_needs_pickle(tmp_path: Path, example_rows, encoder) -> None:
    write_model(fit_intents(example_rows(), None, encoder), tmp_path)
    with np.load(tmp_path / "intents.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype == np.float32 for name in arrays)


@pytest.mark.parametrize("damage", ["intents.json", "intents.npz"])
def test_a_damaged_model_is_refused(tmp_path: Path, damage: str, example_rows, encoder) -> None:
    write_model(fit_intents(example_rows(), None, encoder), tmp_path)
    (tmp_path / damage).write_bytes(b"not what it was")
    with pytest.raises(UntrainedIntents):
        read_model(tmp_path)


def test_a_model_whose_labels_do_not_match_its_numbers_is_refused(tmp_path: Path, example_rows, encoder) -> None:
    write_model(fit_intents(example_rows(), None, encoder), tmp_path)
    plain = json.loads((tmp_path / "intents.json").read_text())
    plain["labels"] = plain["labels"][:3]
    (tmp_path / "intents.json").write_text(json.dumps(plain))
    with pytest.raises(UntrainedIntents):
        check_model(read_model(tmp_path))


def test_a_model_that_does_not_know_what_is_usual_is_refused(tmp_path: Path, example_rows, encoder) -> None:
    model = fit_intents(example_rows(), None, encoder)
    write_model(replace(model, usual=model.usual[:3]), tmp_path)
    with pytest.raises(UntrainedIntents, match="usual"):
        check_model(read_model(tmp_path))


def test_vectors_of_another_encoder_are_refused() -> None:
    message = Message({"text": "hello"})
    message.add_features(Features(np.ones((1, 4), dtype=np.float32), "sentence", "text", "one@1"))
    assert sentence_vector(message, "one@1") is not None
    with pytest.raises(ForeignVectors, match="train again"):
        sentence_vector(message, "other@2")


def test_what_was_just_learned_is_not_solved_again_for_its_own_test(
    example_rows, encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, solved = example_rows(), []
    folds = np.arange(len(rows.labels)) % 5
    solve = intent_training.solve
    monkeypatch.setattr(intent_training, "solve", lambda *given: solved.append(1) or solve(*given))
    apart = read_left_out(rows, folds, None, encoder)
    fit_intents(rows, None, encoder)
    assert len(solved) == 2
    with keeping_solution():
        fit_intents(rows, None, encoder)
        assert read_left_out(rows, folds, None, encoder) == apart
        assert len(solved) == 3
        fewer = Labelled(rows.texts[1:], rows.vectors[1:], rows.labels[1:])
        assert len(read_left_out(fewer, folds[1:], None, encoder)) == len(fewer.labels)
        assert len(solved) == 4
    fit_intents(fewer, None, encoder)
    assert len(solved) == 5
