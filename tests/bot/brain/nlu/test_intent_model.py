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
from bot.brain.nlu.intents import UntrainedIntents, check_model, kernel_of, read_model, vectors_for, write_model
from bot.brain.nlu.kernel_regression import Embedded, Kernel
from bot.brain.nlu.sentence_vectors import ForeignVectors, SentenceVectors, middle_vector, sentence_vector


def test_it_knows_its_training_rows(example_rows, encoder) -> None:
    rows = example_rows()
    model = fit_intents(rows, None, encoder)
    found = [model.labels[i] for i in model.scores(rows.texts, rows.vectors).argmax(axis=1)]
    assert found == list(rows.labels)


def test_messages_are_read_alike_where_their_vectors_were_compared_before(example_rows, encoder) -> None:
    rows = example_rows()
    model = fit_intents(rows, None, encoder)
    texts, vectors = rows.texts[:6], rows.vectors[:6]
    meanings = model.meanings(vectors)
    for at in range(6):
        alone, before = (
            model.read(texts[at : at + 1], vectors[at : at + 1]),
            model.read_meanings(texts[at : at + 1], meanings[at : at + 1]),
        )
        assert np.allclose(alone.scores, before.scores, atol=1e-5)
        assert np.allclose(alone.belonging, before.belonging, atol=1e-5)


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
    vectors = Embedded.of(encoder.encode(["something else entirely", "quite another thing"]))
    rows = Labelled(["a b", "c d"], vectors, ["card_arrival", "lost_phone"])
    model = fit_intents(rows, None, encoder)
    asked = Embedded.of(encoder.encode(["card arrival"]))
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
    rows = Labelled([rows.texts[i] for i in kept], rows.vectors[np.array(kept)], [rows.labels[i] for i in kept])
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


def _layered(example_rows, helping: bool) -> Labelled:
    """Rows that sentence vectors tell badly, with middle vectors that tell them well or nothing at all."""
    rows, told = example_rows(per_label=20, noise=2.5), example_rows(per_label=20, noise=0.4, seed=8)
    middle = told.vectors.sentence
    if not helping:
        middle = middle[np.random.default_rng(0).permutation(len(middle))]
    return Labelled(["same"] * len(rows.labels), Embedded(rows.vectors.sentence, middle), rows.labels)


def test_middle_vectors_are_used_where_left_out_rows_say_that_they_help(example_rows, layers_encoder) -> None:
    rows = _layered(example_rows, helping=True)
    model = fit_intents(rows, None, layers_encoder)
    alone = fit_intents(Labelled(rows.texts, Embedded.of(rows.vectors.sentence), rows.labels), None, layers_encoder)
    assert (model.kernel.middle, alone.kernel.middle) == (intent_training.MIDDLE, 0)
    folds = np.arange(len(rows.labels)) % 5
    right = [
        np.mean([a == b for a, b in zip(read_left_out(rows, folds, kernel, layers_encoder), rows.labels, strict=True)])
        for kernel in (alone.kernel, model.kernel)
    ]
    assert right[1] > right[0] + 0.1


def test_of_middle_vectors_that_do_not_help_nothing_is_kept(example_rows, layers_encoder, tmp_path: Path) -> None:
    rows = _layered(example_rows, helping=False)
    model = fit_intents(rows, None, layers_encoder)
    assert model.kernel.middle == 0
    assert model.vectors.middle.shape[1] == 0
    write_model(model, tmp_path)
    assert read_model(tmp_path).vectors.middle.shape[1] == 0


def test_few_rows_do_not_tell_whether_middle_vectors_help(
    example_rows, layers_encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = _layered(example_rows, helping=True)
    monkeypatch.setattr(intent_training, "FEWEST", len(rows.labels) + 1)
    assert fit_intents(rows, None, layers_encoder).kernel.middle == 0


def test_the_choice_costs_no_more_than_so_many_rows(
    example_rows, layers_encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, sizes = _layered(example_rows, helping=True), []
    solve = intent_training.solve
    monkeypatch.setattr(intent_training, "solve", lambda *given: sizes.append(len(given[0])) or solve(*given))
    monkeypatch.setattr(intent_training, "CHOSEN_FROM", 60)
    assert fit_intents(rows, None, layers_encoder).kernel.middle == intent_training.MIDDLE
    assert sizes == [66, 66, 126]


def test_a_stored_model_with_middle_vectors_answers_as_before_and_not_without_them(
    example_rows, layers_encoder, tmp_path: Path
) -> None:
    rows = _layered(example_rows, helping=True)
    model = fit_intents(rows, None, layers_encoder)
    write_model(model, tmp_path)
    again = read_model(tmp_path)
    check_model(again)
    assert np.allclose(again.scores(rows.texts, rows.vectors), model.scores(rows.texts, rows.vectors), atol=1e-6)
    message = Message({"text": "same"})
    message.add_features(Features(rows.vectors.sentence[:1], "sentence", "text", "names@1"))
    with pytest.raises(ForeignVectors, match="middle layer"):
        vectors_for(again, message)
    SentenceVectors._attach(layers_encoder, [written := Message({"text": "same"})])
    seen = vectors_for(again, written)
    assert seen is not None
    assert seen.middle.shape == (1, 32)
    assert np.array_equal(sentence_vector(written, "names@1"), layers_encoder.encode(["same"])[0])


def test_an_encoder_without_a_middle_layer_teaches_as_ever(example_rows, encoder) -> None:
    SentenceVectors._attach(encoder, [message := Message({"text": "same"})])
    assert middle_vector(message, "names@1") is None
    assert len(message.features) == 1
    model = fit_intents(example_rows(), None, encoder)
    assert vectors_for(model, message).middle.shape == (1, 0)
