"""`baton setup` trains where there is no model, and where the one there is could read nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.installation import Places
from bot.preparing import prepare_model
from bot.training import job
from bot.training.made_with import encoder_named, made_with, program
from bot.training.registry import ModelRecord, Registry
from kb_index.embedding import encoder_id

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(root=ROOT, data=ROOT / "data", state=tmp_path)


@cache
def here() -> str | None:
    """What a model of this repository's content is made with."""
    return made_with(ROOT / "config.yml", ROOT / "data" / "domain", None)


def registered(places: Places, made: str | None, **more: object) -> ModelRecord:
    archive = places.state / "trained.tar.gz"
    archive.write_text(f"made with {made}")
    return Registry(places.models).register(archive, "data-1", {"accuracy": 0.9, "made_with": made, **more})


@pytest.fixture
def trainings(places: Places, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Trainings that were asked for; each gives a readable model at once, one that did not pass the gate."""
    asked: list[str] = []

    def train(*_: object) -> SimpleNamespace:
        asked.append("training")
        return SimpleNamespace(record=registered(places, here(), gate={"passed": False}))

    monkeypatch.setattr(job, "train", train)
    return asked


def test_without_a_model_one_is_trained_and_promoted(places: Places, trainings: list[str]) -> None:
    live = prepare_model(places, None, lambda _: None)
    assert trainings == ["training"]
    assert (found := Registry(places.models).live()) is not None
    assert found.id == live


def test_a_model_made_here_stays(places: Places, trainings: list[str]) -> None:
    Registry(places.models).promote(there := registered(places, here()).id)
    assert prepare_model(places, None, lambda _: None) == there
    assert trainings == []


@pytest.mark.parametrize("made", [f"another@0123456789abcdef {program()}", f"{encoder_id(None)} earlier", None])
def test_a_model_made_with_anything_else_is_replaced(places: Places, trainings: list[str], made: str | None) -> None:
    Registry(places.models).promote(there := registered(places, made).id)
    told: list[str] = []
    assert prepare_model(places, None, told.append) != there
    assert trainings == ["training"]
    assert "another embedding model" in told[0]


def test_other_words_of_the_domain_are_another_model(tmp_path: Path) -> None:
    domain = tmp_path / "domain"
    shutil.copytree(ROOT / "data" / "domain", domain)
    assert made_with(ROOT / "config.yml", domain, None) == here()
    (domain / "more.yml").write_text("responses: {}")
    assert made_with(ROOT / "config.yml", domain, None) != here()


@pytest.mark.parametrize("content", [None, "pipeline: 7", "- [broken", "pipeline:\n- no name"])
def test_a_configuration_that_cannot_be_read_takes_no_model_away(
    tmp_path: Path, trainings: list[str], content: str | None
) -> None:
    if content is not None:
        (tmp_path / "config.yml").write_text(content)
    places = Places(root=tmp_path, data=tmp_path / "data", state=tmp_path)
    Registry(places.models).promote(there := registered(places, "another").id)
    assert prepare_model(places, None, lambda _: None) == there
    assert trainings == []


@pytest.mark.parametrize(
    ("line", "named"), [("", None), ("    model: null\n", None), ("    model: {folder}\n", "the folder")]
)
def test_the_pipeline_names_the_encoder(
    tmp_path: Path, line: str, named: str | None, packaged_copy: Callable[[], Path]
) -> None:
    folder = packaged_copy() if named else None
    config = tmp_path / "config.yml"
    config.write_text(
        "pipeline:\n  - name: bot.brain.nlu.sentence_vectors.SentenceVectors\n" + line.format(folder=folder)
    )
    assert encoder_named(config, None) == encoder_id(str(folder) if folder else None)


@pytest.fixture
def packaged_copy(tmp_path: Path) -> Callable[[], Path]:
    """A model directory with other content than the packaged one."""

    def made() -> Path:
        folder = tmp_path / "another-model"
        folder.mkdir()
        (folder / "config.json").write_text("{}")
        return folder

    return made
