"""What is loaded late is not loaded by a worker, and is whole when somebody uses it. In processes of their own."""

import subprocess
import sys

import pytest

from tests.support.installed import installation
from tests.talking import trained_archive

WORKER = "import bot.brain.worker, rasa.engine.recipes.default_recipe, rasa.nlu.extractors.crf_entity_extractor\n"
TOLD = "print('tensorflow' in sys.modules)"
USES = (
    "from rasa.utils.train_utils import rank_and_mask",
    "from rasa.utils import train_utils; rank_and_mask = train_utils.rank_and_mask",
)


def told(script: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", "import sys; " + script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_worker_does_without_tensorflow():
    assert told(WORKER + TOLD) == ["False"]


@pytest.mark.parametrize("use", USES)
def test_who_uses_it_gets_it_whole(use):
    lines = f"{use}\nprint(rank_and_mask.__module__, hasattr(sys.modules[rank_and_mask.__module__], 'nothing'))\n"
    assert told(WORKER + lines + TOLD) == ["rasa.utils.train_utils", "False", "True"]


def test_a_trained_model_serves_without_tensorflow():
    load = f"""
import asyncio, pathlib
from bot.brain.action_endpoint import LocalActions
from bot.brain.agent import load_model
from bot.brain.nlu.encoders import keep_under
keep_under(pathlib.Path({str(installation() / "cache")!r}))
print(asyncio.run(load_model(pathlib.Path({str(trained_archive())!r}), LocalActions())).id)
"""
    assert told(WORKER + load + TOLD) == [trained_archive().name.removesuffix(".tar.gz"), "False"]


def test_a_neural_component_can_still_be_had():
    diet = "from rasa.nlu.classifiers.diet_classifier import DIETClassifier; print(DIETClassifier.__name__)"
    assert told(WORKER + diet) == ["DIETClassifier"]


def test_spacy_does_without_torch_which_can_still_be_had():
    spacy = "import spacy, thinc.compat; print(thinc.compat.has_torch, 'torch' in sys.modules)\n"
    assert told(WORKER + spacy + "import torch; print(torch.ones(1).item())") == ["False", "False", "1.0"]


def test_torch_that_was_there_before_stays():
    assert told("import torch, bot.brain, thinc.compat; print('torch' in sys.modules, thinc.compat.has_torch)") == [
        "True",
        "True",
    ]
