"""The gateway's own worker processes: started, watched, started again, stopped; never left behind."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import httpx

from bot.brain.options import WorkerOptions
from bot.brain.wire import TOKEN_HEADER

FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
STEADY_SECONDS = 60.0
STOP_SECONDS = 8.0
_log = logging.getLogger(__name__)


class WorkerProcess:
    """One supervised worker. A crash starts it again, after a wait that doubles while crashes go on."""

    def __init__(self, options: WorkerOptions, log_file: Path) -> None:
        self._options = options
        self._log_file = log_file
        self._process: Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self.restarts = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self._options.host}:{self._options.port}"

    @property
    def pid(self) -> int | None:
        """The process, None while it is not running."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start it and keep it running; returns at once."""
        self._task = asyncio.create_task(self._keep_running())

    async def stop(self) -> None:
        """Ask it to end, insist after some seconds."""
        self._stopping = True
        process = self._process
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def ready(self, seconds: float) -> bool:
        """Wait until it has a model and a knowledge base; False if that takes longer than `seconds`."""
        deadline = asyncio.get_running_loop().time() + seconds
        async with httpx.AsyncClient(headers={TOKEN_HEADER: self._options.token}, trust_env=False) as client:
            while asyncio.get_running_loop().time() < deadline:
                if await _is_ready(client, self.url):
                    return True
                await asyncio.sleep(0.1)
        return False

    async def _keep_running(self) -> None:
        wait = FIRST_WAIT
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            code = await self._run_once()
            if self._stopping:
                return
            wait = FIRST_WAIT if loop.time() - began > STEADY_SECONDS else min(wait * 2, LONGEST_WAIT)
            self.restarts += 1
            _log.error(
                "the worker ended with code %s; starting it again in %.1f s (log: %s)", code, wait, self._log_file
            )
            await asyncio.sleep(wait)

    async def _run_once(self) -> int:
        self._log_file.parent.mkdir(parents=True, exist_ok=True)
        with self._log_file.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot.brain.worker",
                stdin=PIPE,
                stdout=log,
                stderr=log,
                env=_environment(),
                # Ctrl-C in the terminal is the gateway's to handle; it stops the worker in order.
                start_new_session=True,
            )
        self._process = process
        assert process.stdin is not None  # noqa: S101 - asked for above
        try:
            process.stdin.write(self._options.to_json().encode() + b"\n")
            await process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            _log.error("the worker ended before it had its options")
        return await process.wait()


class Supervisor:
    """The gateway's own workers, one or several, on ports next to each other."""

    def __init__(self, options: Sequence[WorkerOptions], log_dir: Path) -> None:
        self.workers = [
            WorkerProcess(replace(each), log_dir / f"worker-{number}.log") for number, each in enumerate(options, 1)
        ]

    @property
    def urls(self) -> tuple[str, ...]:
        """Where they listen."""
        return tuple(worker.url for worker in self.workers)

    async def start(self) -> None:
        """Start all; returns at once."""
        for worker in self.workers:
            await worker.start()

    async def ready(self, seconds: float) -> bool:
        """True once all can answer."""
        return all(await asyncio.gather(*(worker.ready(seconds) for worker in self.workers)))

    async def stop(self) -> None:
        """Stop all."""
        await asyncio.gather(*(worker.stop() for worker in self.workers))


async def _is_ready(client: httpx.AsyncClient, url: str) -> bool:
    try:
        response = await client.get(f"{url}/health", timeout=2.0)
        return response.status_code == 200 and response.json().get("status") == "ready"
    except (httpx.HTTPError, ValueError):
        return False


def _environment() -> dict[str, str]:
    quiet = {
        "OMP_NUM_THREADS": "1",
        "RASA_TELEMETRY_ENABLED": "false",
        "HF_HUB_OFFLINE": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONUNBUFFERED": "1",
    }
    return {**os.environ, **quiet}
