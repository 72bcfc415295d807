"""A training as a job: its own process, progress while it runs, and a registered candidate or one clear error."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from bot.errors import BatonError
from bot.training.paths import Paths
from bot.training.registry import ModelRecord, Registry

STAGES = ("checking", "training", "testing", "registering")
LONGEST_SECONDS = 1800
_LOG_TAIL = 2000


@dataclass(frozen=True)
class Progress:
    """Where a training is: one of `STAGES`, the share of the whole from 0 to 1, and a word for the person waiting."""

    stage: str
    share: float
    message: str


@dataclass(frozen=True)
class Candidate:
    """A finished training: its record, what should be looked at in the content, and how long it took."""

    record: ModelRecord
    warnings: tuple[str, ...]
    seconds: float

    @property
    def passed_gate(self) -> bool:
        """False where the model does worse on held-out examples than the live one."""
        return self.record.passed_gate


class TrainingFailed(BatonError):
    """No model came of it; the live one goes on. `details.problems` is a list of {file, line, message, severity}."""

    code = "training_failed"


def train(project: Paths, progress: Callable[[Progress], None] = lambda step: None) -> Candidate:
    """Checks the content, trains, tests on held-out examples and registers the result as a candidate.

    Runs in a process of its own, so that nothing of it stays in memory and nothing of it can end the caller.
    Raises `TrainingFailed`; the live model is never touched.
    """
    started = time.monotonic()
    project.cache.mkdir(parents=True, exist_ok=True)
    registry = Registry(project.models)
    live = registry.live()
    with tempfile.TemporaryDirectory(dir=project.cache, prefix="training-") as folder:
        order = _order(project, Path(folder), live)
        done = _run(order, Path(folder) / "log.txt", progress)
        progress(Progress("registering", 0.98, "Keeping the model"))
        record = registry.register(Path(done["archive"]), done["data_fingerprint"], done["metrics"])
    progress(Progress("registering", 1.0, f"Model {record.id} is ready"))
    return Candidate(record, tuple(done["warnings"]), round(time.monotonic() - started, 1))


def _order(project: Paths, folder: Path, live: ModelRecord | None) -> dict[str, Any]:
    paths = {name: str(value) if isinstance(value, Path) else value for name, value in asdict(project).items()}
    return {"project": paths, "folder": str(folder), "live": dict(live.metrics) if live else None}


def _run(order: Mapping[str, Any], log: Path, progress: Callable[[Progress], None]) -> dict[str, Any]:
    with log.open("w", encoding="utf-8") as said, _process(order, said) as process:
        for event in _events(process.stdout):
            if event["event"] == "progress":
                progress(Progress(event["stage"], event["share"], event["message"]))
            elif event["event"] == "failed":
                raise TrainingFailed(event["message"], details=event["details"])
            elif event["event"] == "done":
                return event
        code = process.wait()
    tail = log.read_text(encoding="utf-8", errors="replace")[-_LOG_TAIL:]
    raise TrainingFailed(
        f"The training process ended without a result (exit code {code}). "
        + ("It took too long. " if code == -signal.SIGKILL else "")
        + "The running model stays. Look at the end of its log in the details.",
        details={"log": tail, "problems": []},
    )


@contextmanager
def _process(order: Mapping[str, Any], log: IO[str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.training.job_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env=_environment(Path(order["folder"])),
        start_new_session=True,
    )
    limit = threading.Timer(LONGEST_SECONDS, process.kill)
    limit.start()
    try:
        assert process.stdin is not None  # noqa: S101 - for the type checker: a pipe was asked for
        # A process that died at once does not read its order; its exit code says so below.
        with suppress(BrokenPipeError), process.stdin as pipe:
            json.dump(order, pipe)
        yield process
    finally:
        limit.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _environment(folder: Path) -> dict[str, str]:
    source = str(Path(__file__).resolve().parents[2])
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH", "")])),
        "HF_HUB_OFFLINE": "1",
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # Rasa opens a cache of steps whether or not any is kept: it goes with the training's folder.
        "RASA_CACHE_DIRECTORY": str(folder.resolve() / "rasa"),
    }


def _events(lines: IO[str] | None) -> Iterator[dict[str, Any]]:
    for line in lines or ():
        try:
            event = json.loads(line)
        except ValueError:
            continue  # a library wrote to standard output before it was taken away from it
        if isinstance(event, dict) and "event" in event:
            yield event
