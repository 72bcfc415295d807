import csv
from pathlib import Path

import numpy as np
import pytest
import torch

from bot.brain.nlu.act_model import read_act_model
from bot.training.encoder_training import (
    ACTS,
    Lesson,
    adapter_of,
    examples_of,
    lessons,
    read_acts,
    read_industries,
    reader_of_acts,
    teach,
)
from kb_index.adapter import load_adapted
from tests.support.running import ROOT

ROWS = [
    *[Lesson(text, act="request_human") for text in ("get me a person", "I want a human", "agent please")],
    *[Lesson(text, act="other", wish="returns") for text in ("how do returns work", "can I send it back")],
    *[Lesson(text, act="complaint", displeased=True) for text in ("late again, typical", "what a mess")],
    *[Lesson(text, act="thank", displeased=False) for text in ("thanks, lovely", "good, thank you")],
    *[Lesson(text, wish="address") for text in ("I have moved house", "new address")],
]


def test_every_row_in_the_repository_can_be_learned_and_stands_once() -> None:
    rows = lessons(ROOT / "data")
    assert len({row.text.casefold() for row in rows}) == len(rows) > 17_000
    assert {row.act for row in rows} == {*ACTS, None}
    assert all(row.act or row.wish for row in rows)
    acts = [example.act for example in examples_of(ROOT / "data")]
    assert len(acts) / 2 < acts.count("other") < len(acts)
    assert "request_human" in acts


def test_rows_are_none_of_those_that_measure_or_that_a_bot_learns() -> None:
    learned = {row.text.casefold() for row in lessons(ROOT / "data")}
    for file in [*(ROOT / "data" / "tests").iterdir(), *(ROOT / "data" / "development").iterdir()]:
        told = file.read_text(encoding="utf-8").casefold()
        assert not [text for text in learned if len(text) > 25 and text in told], file.name
    examples = {example.text.casefold() for example in examples_of(ROOT / "data")}
    assert not [text for text in learned & examples if len(text) > 25]


def test_every_industry_has_enough_rows_of_each_intent() -> None:
    for file in (ROOT / "data" / "industries").glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as lines:
            intents = [row["intent"] for row in csv.DictReader(lines)]
        assert len(set(intents)) == 64, file.name
        assert min(intents.count(intent) for intent in set(intents)) >= 15, file.name


@pytest.mark.parametrize("line", ["hello,unknown_act,calm", "hello,greet,furious", "  ,greet,calm"])
def test_a_row_of_acts_with_a_slip_is_named_by_file_and_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "rows.csv").write_text(f"text,label,tone\nhi,greet,\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"rows\.csv:3"):
        list(read_acts(tmp_path))


@pytest.mark.parametrize("line", ["hello, ", " ,greet"])
def test_a_row_of_an_industry_with_a_slip_is_named_by_file_and_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "rows.csv").write_text(f"text,intent\nhi,greet\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"rows\.csv:3"):
        list(read_industries(tmp_path))


@pytest.mark.slow
def test_what_is_learned_is_what_the_shipped_form_serves(tmp_path: Path) -> None:
    pupil = teach(ROWS, rank=2, epochs=12, pace=5e-3, seed=1)
    np.savez(tmp_path / "few.npz", **adapter_of(pupil, share=1.0))
    np.savez(tmp_path / "acts.npz", **reader_of_acts(tmp_path / "few.npz", ROWS))
    texts = [row.text for row in ROWS]
    with torch.no_grad():
        taught = pupil.vectors(texts).numpy()
    encoder = load_adapted(tmp_path / "few.npz", tmp_path)
    served = encoder.encode(texts)
    assert (served * taught).sum(axis=1).min() > 0.995
    model = read_act_model(tmp_path / "acts.npz")
    assert model.encoder == encoder.model_id
    acts = [model.labels[place] for place in model.chances(served).argmax(axis=1)]
    assert acts[:9] == [row.act for row in ROWS[:9]]


def test_a_share_is_that_part_of_the_additions() -> None:
    pupil = teach(ROWS[:4], rank=1, epochs=1)
    whole, half = adapter_of(pupil, 1.0), adapter_of(pupil, 0.5)
    for name in whole:
        factor = 2 if name.endswith(".up") else 1
        assert name == "base" or np.allclose(whole[name], half[name] * factor, atol=1e-4)


def test_the_same_seed_teaches_the_same() -> None:
    one, two = (adapter_of(teach(ROWS[:6], rank=1, epochs=1, seed=3)) for _ in range(2))
    assert all(np.array_equal(one[name], two[name]) for name in one)
