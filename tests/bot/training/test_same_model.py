"""What a training is spared changes nothing of the model: trained with and without, in processes of their own."""

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from bot.training.neural_parts import leave_out
from bot.training.paths import Paths

TRAIN = """
import json, sys
from pathlib import Path
from bot.training.paths import Paths
from bot.training.job_steps import carry_out
from bot.training.reading_costs import spare
order = json.loads(sys.argv[1])
if order["spared"]:
    spare()
project = Paths(*(Path(place) for place in order["project"]))
done = carry_out(project, Path(order["folder"]), None, lambda *step: None, alone=order["spared"])
loaded = [name in sys.modules for name in ("tensorflow", "torch")]
print("told:" + json.dumps([done["archive"], done["metrics"]["held_out"], done["warnings"], *loaded]))
"""


def trained(project: Paths, folder: Path, *, spared: bool) -> tuple[Path, dict, list, bool, bool]:
    places = [str(getattr(project, name)) for name in ("config", "domain", "data", "models", "cache")]
    folder.mkdir()
    order = {"project": places, "folder": str(folder), "spared": spared}
    # Rasa writes some sets down in the order of their hashes; sums of one thread do not depend on the machine's load.
    steady = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "RASA_CACHE_DIRECTORY": str(folder / "rasa")}
    run = [sys.executable, "-c", TRAIN, json.dumps(order)]
    done = subprocess.run(run, capture_output=True, text=True, env=os.environ | steady)
    assert done.returncode == 0, done.stderr
    archive, *rest = json.loads(done.stdout.rpartition("told:")[2])
    return Path(archive), *rest


def parts(archive: Path, folder: Path) -> dict[str, Path]:
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    found = (folder / "components").rglob("*")
    return {str(path.relative_to(folder)): path for path in found if path.is_file()}


def steps_known(cache: Path) -> int:
    """How many steps of trainings Rasa would know again."""
    with closing(sqlite3.connect(cache / "cache.db")) as database:
        return int(database.execute("SELECT count(*) FROM cache_entry").fetchone()[0])


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_training_that_is_spared_much_makes_the_same_model(project: Paths, nlu_file: Path, tmp_path: Path) -> None:
    twice = "    - hello\n    - hello  \n"
    nlu_file.write_text(nlu_file.read_text().replace("    - hello\n", twice, 1))
    (project.data / "nlu" / "more.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - hello\n    - a very good day\n'
        "- lookup: product\n  examples: |\n    - tent\n    - boots\n"
    )
    plain, spared = (trained(project, tmp_path / name, spared=name == "spared") for name in ("plain", "spared"))
    assert plain[1:3] == spared[1:3], "the same on held-out rows, the same warnings"
    assert spared[3:] == (False, False), "neither TensorFlow nor torch was loaded"
    known = [steps_known(tmp_path / name / "rasa") for name in ("plain", "spared")]
    assert known[0] > 0 == known[1], "what each step made is not kept for a training with the same content"
    wanted, got = (parts(each[0], tmp_path / f"parts{at}") for at, each in enumerate((plain, spared)))
    assert set(wanted) == set(got)
    assert len(wanted) > 8
    for name, path in wanted.items():
        if path.suffix == ".npz":
            with np.load(path) as one, np.load(got[name]) as other:
                assert all(np.array_equal(one[key], other[key]) for key in (*one.files, *other.files)), name
        else:
            assert path.read_bytes() == got[name].read_bytes(), name


@pytest.mark.parametrize(
    "part", ["DIETClassifier", "rasa.nlu.classifiers.diet_classifier.DIETClassifier", "mine.Reader"]
)
def test_a_configuration_with_another_component_gets_all_of_rasa(part: str) -> None:
    before = set(sys.modules)
    assert not leave_out({"pipeline": [{"name": "bot.brain.nlu.intents.IntentReader"}, {"name": part}]})
    assert set(sys.modules) == before
