"""The studio's heavy work, each in a process of its own so that the gateway goes on answering: training, indexing,
reading messages with a model that does not serve."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from bot.errors import BatonError
from bot.studio.models import ReadWith, Understood
from bot.studio.trainings import Step, Train, Trained
from bot.training.job import Progress, train
from bot.training.paths import Paths
from bot.training.registry import Registry

INDEX_SECONDS = 600
READ_SECONDS = 180


class WorkFailed(BatonError):
    """A process ended without its result; `message` is the last line it said."""

    code = "work_failed"


def training_of(paths: Paths) -> Train:
    """Trains on the content under `paths`; see `bot.training.job.train`."""

    def run(progress: Callable[[Step], None]) -> Trained:
        def told(step: Progress) -> None:
            progress(Step(step.stage, step.share, step.message))

        candidate = train(paths, told)
        return Trained(
            candidate.record.id, candidate.passed_gate, dict(candidate.record.metrics), tuple(candidate.warnings)
        )

    return run


def reindexing(reload: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[None]]:
    """`baton index` of this installation, then `reload` so that workers take the new index up."""

    async def reindex() -> None:
        await _run([sys.executable, "-m", "bot.cli", "index", "--json"], b"", INDEX_SECONDS)
        await reload()

    return reindex


def reading_with(registry: Registry, cache: Path) -> ReadWith:
    """Reads texts with a registered model; takes some seconds, most of them to load it."""

    async def read(model_id: str, texts: Sequence[str]) -> Sequence[Understood]:
        archive = await asyncio.to_thread(registry.archive, model_id)
        order = {"archive": str(archive), "cache": str(cache), "texts": list(texts)}
        said = await _run([sys.executable, "-m", "bot.brain.read_texts"], json.dumps(order).encode(), READ_SECONDS)
        return [Understood(item["intent"], float(item["confidence"])) for item in json.loads(said)]

    return read


async def _run(command: Sequence[str], said: bytes, seconds: float) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(),
    )
    try:
        async with asyncio.timeout(seconds):
            out, err = await process.communicate(said)
    except TimeoutError:
        raise WorkFailed(f"This took longer than {seconds:.0f} seconds and was given up.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        lines = err.decode("utf-8", "replace").strip().splitlines()
        raise WorkFailed(lines[-1] if lines else f"The process ended with code {process.returncode}.")
    return out


def _environment() -> dict[str, str]:
    source = str(Path(__file__).resolve().parents[1])
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH", "")])),
        "HF_HUB_OFFLINE": "1",
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
