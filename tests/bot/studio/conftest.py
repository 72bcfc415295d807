"""The studio over a copy of real content, with a training and models in the test's hand."""

import shutil
import threading
from pathlib import Path

import pytest

from bot.identity.accounts import Role
from bot.storage.review import SqlReview
from bot.storage.trainings import SqlTrainings
from bot.studio.models import Understood
from bot.studio.parts import make_studio
from bot.studio.studio_api import studio_router
from bot.studio.trainings import Step, Trained
from bot.training.registry import Registry
from tests.bot.desk.conftest import desk_postgres_url, house

__all__ = ["desk_postgres_url", "house"]

ROOT = Path(__file__).resolve().parents[3]


class Trainer:
    """Trains when it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.error: Exception | None = None

    def __call__(self, progress):
        progress(Step("training", 0.4, "Learning"))
        assert self.go.wait(20)
        if self.error is not None:
            raise self.error
        progress(Step("testing", 0.9, "Asking held-out questions"))
        return Trained("model-2", True, {"accuracy": 0.9}, ("Intent x has few examples.",))


class StudioHouse:
    """The house with a studio in it."""

    def __init__(self, house, tmp_path) -> None:
        self.house = house
        self.data = tmp_path / "data"
        shutil.copytree(ROOT / "data" / "nlu", self.data / "nlu")
        shutil.copytree(ROOT / "data" / "kb", self.data / "kb")
        self.trainer = Trainer()
        self.registry = Registry(tmp_path / "models")
        self.archive = tmp_path / "archive.tar.gz"
        self.indexed = 0
        self.reloads = 0
        self.readings = {}
        self.studio = make_studio(
            data=self.data,
            locks=tmp_path / "locks",
            access=house.access,
            audit=house.audit,
            inbox=SqlReview(house.database),
            trainings=SqlTrainings(house.database),
            clock=house.clock,
            registry=self.registry,
            train=self.trainer,
            reindex=self.reindex,
            reload=self.reload,
            read_with=self.read_with,
        )
        house.app.include_router(studio_router(self.studio), prefix="/api/v1")

    async def reindex(self):
        self.indexed += 1

    async def reload(self):
        self.reloads += 1

    async def read_with(self, model_id, texts):
        return [self.readings.get((model_id, text), Understood("greet", 0.9)) for text in texts]

    def model(self, **metrics):
        self.archive.write_bytes(f"model {len(self.registry.list())}".encode())
        return self.registry.register(self.archive, "fingerprint", metrics).id


@pytest.fixture
async def world(house, tmp_path):
    world = StudioHouse(house, tmp_path)
    world.editor = await house.signed_in("ed", Role.EDITOR)
    yield world
    world.trainer.go.set()
    await world.studio.close()
