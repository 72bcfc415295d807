"""Worker processes as the gateway runs them: real processes, really killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.brain.client import WorkerBrain
from bot.brain.options import WorkerOptions
from bot.brain.supervisor import Supervisor
from bot.conversation.model import TurnMessage, TurnRequest
from bot.training.registry import Registry
from tests.talking import KEPT, ROOT, knowledge, trained_archive

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
TOKEN = "a-token-for-tests-only"


@pytest.fixture
def options(tmp_path: Path, free_port: int) -> WorkerOptions:
    registry = Registry(tmp_path / "models")
    registry.promote(registry.register(trained_archive(), "data", {}).id)
    knowledge()
    return WorkerOptions(
        models_dir=str(tmp_path / "models"),
        index_dir=str(KEPT / "index"),
        data_dir=str(ROOT / "data"),
        cache_dir=str(ROOT / "var" / "cache"),
        shop_url=f"sqlite:///{tmp_path / 'shop.sqlite3'}",
        token=TOKEN,
        port=free_port,
    )


def alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text().split()[2]
    except FileNotFoundError:
        return False
    return status != "Z"


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


async def test_a_killed_worker_comes_back_and_answers(options: WorkerOptions, tmp_path: Path) -> None:
    supervisor = Supervisor([options], tmp_path / "logs")
    brain = WorkerBrain(lambda: supervisor.urls, TOKEN)
    await supervisor.start()
    try:
        assert await supervisor.ready(120)
        first = supervisor.workers[0].pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert await asyncio.to_thread(wait_for, lambda: supervisor.workers[0].restarts == 1)
        assert await supervisor.ready(120)
        assert supervisor.workers[0].pid != first
        request = TurnRequest("t", "c", (TurnMessage(1, "hello"),), known={"agents_available": True})
        assert (await brain.turn(request)).replies
    finally:
        await supervisor.stop()
        await brain.aclose()
    assert supervisor.workers[0].pid is None
    assert "token" not in (tmp_path / "logs" / "worker-1.log").read_text()


GATEWAY = """
import asyncio, sys
from pathlib import Path
from bot.brain.options import WorkerOptions
from bot.brain.supervisor import Supervisor
import json

async def main():
    supervisor = Supervisor([WorkerOptions(**json.loads(sys.argv[1]))], Path(sys.argv[2]))
    await supervisor.start()
    while supervisor.workers[0].pid is None:
        await asyncio.sleep(0.01)
    print(supervisor.workers[0].pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def test_no_worker_outlives_a_gateway_that_was_killed(options: WorkerOptions, tmp_path: Path) -> None:
    command = [sys.executable, "-c", GATEWAY, options.to_json(), str(tmp_path)]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env, cwd=ROOT) as gateway:
        assert gateway.stdout is not None
        worker = int(gateway.stdout.readline())
        assert alive(worker)
        gateway.kill()
    assert wait_for(lambda: not alive(worker), 60.0)
