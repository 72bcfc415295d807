from pathlib import Path

import numpy as np
import pytest
import torch

from bot.brain.nlu.act_model import read_act_model
from bot.training.act_training import ACTS, Lesson, adapter_of, lessons, read_acts, teach
from kb_index.adapter import load_adapted
from tests.support.running import ROOT

ROWS = [
    *[Lesson(text, "request_human", "request_human") for text in ("get me a person", "I want a human", "agent please")],
    *[Lesson(text, "other", "ask_returns") for text in ("how do returns work", "can I send it back", "return period")],
    *[Lesson(text, "complaint", None, True) for text in ("late again, typical", "what a mess", "never on time")],
    *[Lesson(text, None, None, False) for text in ("thanks, lovely", "good to know", "see you")],
]


def test_every_row_in_the_repository_can_be_learned_and_stands_once() -> None:
    rows = lessons(ROOT / "data")
    assert len({row.text.casefold() for row in rows}) == len(rows) > 8_000
    assert {row.act for row in rows} == {*ACTS, None}
    assert all(row.act or row.displeased is not None for row in rows)


def test_rows_are_none_of_those_that_measure() -> None:
    learned = {row.text.casefold() for row in read_acts(ROOT / "data" / "acts")}
    for file in [*(ROOT / "data" / "tests").iterdir(), *(ROOT / "data" / "development").iterdir()]:
        told = file.read_text(encoding="utf-8").casefold()
        assert not [text for text in learned if len(text) > 25 and text in told], file.name


@pytest.mark.parametrize("line", ["hello,unknown_act,calm", "hello,greet,furious", "  ,greet,calm"])
def test_a_row_with_a_slip_is_named_by_file_and_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "rows.csv").write_text(f"text,label,tone\nhi,greet,\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"rows\.csv:3"):
        list(read_acts(tmp_path))


@pytest.mark.slow
def test_what_is_learned_is_what_the_shipped_form_serves(tmp_path: Path) -> None:
    pupil = teach(ROWS, rank=2, epochs=12, pace=5e-3, seed=1)
    np.savez(tmp_path / "few.npz", **adapter_of(pupil))
    texts = [row.text for row in ROWS]
    with torch.no_grad():
        taught = pupil.vectors(texts).numpy()
    served = load_adapted(tmp_path / "few.npz", tmp_path).encode(texts)
    assert (served * taught).sum(axis=1).min() > 0.995
    model = read_act_model(tmp_path / "few.npz")
    acts = [model.labels[place] for place in model.chances(served).argmax(axis=1)]
    assert acts[:9] == [row.act for row in ROWS[:9]]


def test_the_same_seed_teaches_the_same(tmp_path: Path) -> None:
    one, two = (adapter_of(teach(ROWS[:6], rank=1, epochs=1, seed=3)) for _ in range(2))
    assert all(np.array_equal(one[name], two[name]) for name in one)
