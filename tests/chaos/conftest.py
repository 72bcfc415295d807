"""Towns whose programs are loaded once for all tests of this folder."""

import pytest

from tests.chaos.slots import Slots
from tests.support.mother import Mother


@pytest.fixture(scope="package")
def mother(tmp_path_factory):
    """Has everything loaded and forks what is asked for."""
    mother = Mother(tmp_path_factory.mktemp("mother"))
    yield mother
    mother.close()


@pytest.fixture
def one_machine(mother, tmp_path):
    """Slots of one gateway, one worker and SQLite."""
    slots = Slots.on_sqlite(mother, tmp_path, 5)
    yield slots
    slots.close()


@pytest.fixture
def scaled_out(mother, tmp_path):
    """Slots of two gateways, two workers, PostgreSQL and Redis."""
    slots = Slots.on_postgres(mother, tmp_path, 4)
    yield slots
    slots.close()
