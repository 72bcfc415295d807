"""Rasa's own graph for the NLU part: trained on rows, then asked message by message, exactly as it serves."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import rasa.shared.utils.io
from rasa.core.channels.channel import UserMessage
from rasa.engine.caching import LocalTrainingCache
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.recipes.recipe import Recipe
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.training.graph_trainer import GraphTrainer
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.data import TrainingType
from rasa.shared.exceptions import RasaException

from bot.brain.graph_runner import DirectGraphRunner
from bot.errors import InvalidInput
from bot.training.labelled_rows import Row, RowsImporter

Reading = dict[str, Any]


class TrainedNlu:
    """The pipeline of a configuration after training; `read` gives what the worker would see of a text."""

    def __init__(self, archive: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            metadata, self._runner = load_predict_graph_runner(
                Path(folder), archive, LocalModelStorage, DirectGraphRunner
            )
        self._target = metadata.nlu_target
        self._tracker = DialogueStateTracker("reader", [])

    def read(self, text: str) -> Reading:
        """Intent, ranking, rejection, entities and mood of one message."""
        inputs = {PLACEHOLDER_MESSAGE: [UserMessage(text)], PLACEHOLDER_TRACKER: self._tracker}
        message = self._runner.run(inputs=inputs, targets=[self._target])[self._target][0]
        return dict(message.as_dict(only_output_properties=True))


def read_config(config: Path) -> dict[str, Any]:
    """The configuration, as Rasa reads it; raises `InvalidInput`."""
    try:
        return dict(rasa.shared.utils.io.read_model_configuration(config))
    except (RasaException, OSError, ValueError) as error:
        raise InvalidInput(f"{config} cannot be used: {error}", details={"file": str(config)}) from error


def train_nlu(settings: dict[str, Any], rows: Sequence[Row], archive: Path) -> TrainedNlu:
    """Trains the pipeline of these settings on the rows, from nothing, into the file `archive`."""
    importer = RowsImporter(settings, rows)
    recipe = Recipe.recipe_for_name(settings["recipe"])
    graph = recipe.graph_config_for_recipe(copy.deepcopy(settings), {}, training_type=TrainingType.NLU)
    with tempfile.TemporaryDirectory() as folder:
        storage = LocalModelStorage.create(Path(folder))
        trainer = GraphTrainer(storage, LocalTrainingCache(), DaskGraphRunner)
        trainer.train(graph, importer, archive, force_retraining=True)
    return TrainedNlu(archive)
