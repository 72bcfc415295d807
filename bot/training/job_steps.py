"""What a training does, step by step, inside its own process."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml
from rasa.model_training import train as train_with_rasa
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.brain.nlu.encoders import keep_under, load_only_one
from bot.brain.nlu.intent_training import keeping_solution
from bot.brain.nlu.intents import kernel_of
from bot.brain.nlu.kernel_regression import Kernel
from bot.brain.nlu.spelling_mender import spelling_of
from bot.training.content_files import Problem, yaml_files
from bot.training.cross_validation import as_metrics, cross_validate, gate_of
from bot.training.labelled_rows import Row
from bot.training.made_with import made_with
from bot.training.neural_parts import leave_out
from bot.training.nlu_graph import TrainedNlu, read_config
from bot.training.paths import Paths
from bot.training.validate import check_content, errors_of

Report = Callable[[str, float, str], None]

_ENCODING_PARTS = (".SentenceVectors", ".IntentReader", ".MoodReader")
_SHOWN = 5
_SMOKE_SHARE = 0.7


class Broken(Exception):
    """The training cannot go on; the text is for the person who started it."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = list(problems)


def carry_out(
    project: Paths, folder: Path, live: Mapping[str, Any] | None, report: Report, *, alone: bool = False
) -> dict[str, Any]:
    """Checks, trains, tests; gives the archive, its metrics, the data's fingerprint and warnings. Raises `Broken`.

    `alone`: this process does nothing else with Rasa, so what this training does not need may be kept from it.
    """
    keep_under(project.cache)
    problems = check_content(project)
    if errors := errors_of(problems):
        raise Broken(_said(errors), problems)
    settings = _settings(project)
    if alone:
        leave_out(settings)
        load_only_one()
    report("training", 0.2, "Training")
    with keeping_solution():
        archive = _trained(project, settings, folder)
        content = _content(project)
        rows = _rows(content)
        report("testing", 0.7, "Trying the new model")
        with ThreadPoolExecutor(1) as aside:
            tested = aside.submit(
                cross_validate, rows, _kernel(settings), project.embedding_model, spelling_of(content)
            )
            _smoke_test(archive, rows)
            report("testing", 0.75, "Testing on held-out examples")
            held_out = tested.result()
    gate = gate_of(held_out, live)
    return {
        "archive": str(archive),
        "metrics": {
            "accuracy": held_out.accuracy,
            "intents": len(held_out.per_intent),
            "made_with": made_with(project.config, project.domain, project.embedding_model),
            **as_metrics(held_out, gate),
        },
        "data_fingerprint": data_fingerprint(project),
        "warnings": [str(problem) for problem in problems],
    }


def data_fingerprint(project: Paths) -> str:
    """Hash of everything a model is made from: the same content gives the same one on any machine."""
    digest = hashlib.sha256((project.embedding_model or "").encode())
    for path in [project.config, *yaml_files([project.domain, *project.training_folders])]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _said(errors: Sequence[Problem]) -> str:
    shown = " ".join(str(problem) for problem in errors[:_SHOWN])
    more = len(errors) - _SHOWN
    return f"{shown} And {more} more." if more > 0 else shown


def _settings(project: Paths) -> dict[str, Any]:
    settings = read_config(project.config)
    if project.embedding_model:
        for part in settings["pipeline"]:
            if part["name"].endswith(_ENCODING_PARTS):
                part["model"] = project.embedding_model
    return settings


def _trained(project: Paths, settings: Mapping[str, Any], folder: Path) -> Path:
    config = folder / "config.yml"
    config.write_text(yaml.safe_dump(dict(settings), sort_keys=False), encoding="utf-8")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = train_with_rasa(
                domain=str(project.domain),
                config=str(config),
                training_files=[str(place) for place in project.training_folders],
                output=str(folder),
                fixed_model_name="model",
                force_training=True,
            )
    except (RasaException, SystemExit, ValueError) as error:
        raise Broken(f"Rasa cannot train on this content: {error}") from error
    if result.model is None:
        raise Broken("Rasa gave no model. Look at the log of the training.")
    return Path(result.model)


def content_rows(project: Paths) -> list[Row]:
    """The utterances of the content with their intents."""
    return _rows(_content(project))


def _content(project: Paths) -> TrainingData:
    folders = [str(place) for place in project.training_folders]
    importer = TrainingDataImporter.load_from_config(str(project.config), str(project.domain), folders)
    return importer.get_nlu_data()


def _rows(content: TrainingData) -> list[Row]:
    examples = content.intent_examples
    return [Row(example.get(TEXT), example.get(INTENT)) for example in examples if example.get(TEXT)]


def _kernel(settings: Mapping[str, Any]) -> Kernel | None:
    reader: dict[str, Any] = next((part for part in settings["pipeline"] if part["name"].endswith(".IntentReader")), {})
    return kernel_of(reader)


def _smoke_test(archive: Path, rows: Sequence[Row]) -> None:
    """The packed model must load and know examples it was trained on: a model that learned nothing must not pass."""
    nlu = TrainedNlu(archive)
    one_each = list({row.label: row for row in rows}.values())
    right = sum(nlu.read(row.text)["intent"]["name"] == row.label for row in one_each)
    if right < _SMOKE_SHARE * len(one_each):
        raise Broken(
            f"The new model knows only {right} of {len(one_each)} examples it was trained on, so it is not kept. "
            "Look for intents that share their examples."
        )
