"""What every test shares: which machines' services there are, and what is required of this run."""

import os
import shutil
import socket

import pytest

from tests.side_by_side import Dealer, piece_of
from tests.support.installed import installation
from tests.support.running import baton

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

REQUIRED = {name for name in os.environ.get("BATON_TEST_REQUIRE", "").split(",") if name}
POSTGRES = os.environ.get("PGHOST", "127.0.0.1"), int(os.environ.get("PGPORT", "5432"))
REDIS = "127.0.0.1", 6379


def _listens(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address, timeout=1):
            return True
    except OSError:
        return False


AVAILABLE = {
    "browser": lambda: shutil.which("chromium") is not None,
    "postgres": lambda: _listens(POSTGRES),
    "redis": lambda: _listens(REDIS),
}


def pytest_xdist_make_scheduler(config: pytest.Config, log) -> Dealer:
    """With `-n 2` the tests are dealt out as `side_by_side` says."""
    config.option.loadscopereorder = False
    return Dealer(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what this machine cannot run and say so; fail it where the run requires it."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: piece_of(item.nodeid)[0])
    for name, available in AVAILABLE.items():
        marked = [item for item in items if item.get_closest_marker(name)]
        if not marked or available():
            continue
        if name in REQUIRED:
            raise pytest.UsageError(f"BATON_TEST_REQUIRE asks for {name}, which this machine lacks.")
        for item in marked:
            item.add_marker(pytest.mark.skip(reason=f"no {name} on this machine"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--prepared DIR`: a state directory to copy instead of training anew, while working on tests."""
    parser.addoption("--prepared", default=None)


@pytest.fixture(scope="session")
def prepared_state(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest):
    """A state directory that `baton setup` has filled: trained model, index, demo shop, accounts. Made once a run."""
    state = tmp_path_factory.mktemp("installation") / "var"
    if request.config.getoption("--prepared"):
        shutil.copytree(request.config.getoption("--prepared"), state)
    else:
        shutil.copytree(installation(), state)
    done = baton("setup", "--json", state=state, timeout=900)
    assert done.returncode == 0, done.stderr
    return state


@pytest.fixture
def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
