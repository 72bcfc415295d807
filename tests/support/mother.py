"""Starts gateways and workers as processes of their own, fast: one process has everything loaded and forks them.

Run as a program it reads commands, a line of JSON each, from stdin and answers each with a number; the end of stdin
ends every process. From a test use `Mother`.
"""

import asyncio
import functools
import json
import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
SECRET = "an installation secret for tests only"
DIARY = "deaths.txt"
TOKEN = "a worker token for the tests only"
HURRIED = {
    "lease_seconds": 1.2,
    "poll_seconds": 0.2,
    "retry_seconds": 0.1,
    "slow_after": 1.0,
    "turn_seconds": 5.0,
    "patience": 60.0,
}


class Mother:
    """The other end of the pipe. It gets to know each kind of gateway once (`learn`) and can then fork it at once."""

    def __init__(self, directory: Path, log_level: str = "WARNING") -> None:
        self.log = directory / "processes.log"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.mother", log_level],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip

    def learn(self, directory: Path, values: dict, hurried: dict | None = None) -> int:
        """Make a gateway with those values of the service, its state under `directory`; the number of its kind."""
        return self._ask(role="kind", directory=str(directory), values=values, hurried=hurried or {})

    def start(self, role: str, kind: int, port: int, arm: dict[str, int] | None = None) -> "Child":
        """A new process; it listens on that port soon."""
        return Child(self._ask(role=role, kind=kind, port=port, arm=arm or {}))

    def _ask(self, **command) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, self.log.read_text()[-3000:]
        return int(answer)

    def close(self) -> None:
        """End every process."""
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


class Child:
    """A process that was started."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    @property
    def alive(self) -> bool:
        return Path(f"/proc/{self.pid}").exists()

    def kill(self, how: int = signal.SIGKILL) -> None:
        try:
            os.kill(self.pid, how)
        except ProcessLookupError:
            return

    async def gone(self, seconds: float = 30) -> None:
        """Wait until it has ended."""
        end = time.monotonic() + seconds
        while self.alive:
            assert time.monotonic() < end, f"process {self.pid} does not end"
            await asyncio.sleep(0.01)


@dataclass
class Kind:
    """A gateway that is made and not started, as `baton serve` makes it but with its waits shortened."""

    directory: Path
    service: object
    values: object

    @staticmethod
    def of(command: dict) -> "Kind":
        from bot import serving
        from bot.conversation.turns import Dispatcher
        from bot.installation import Places, Secrets

        directory = Path(command["directory"])
        serving.settle = lambda: None  # done here, once, for all that are forked
        serving.Dispatcher = functools.partial(Dispatcher, **HURRIED | command["hurried"])
        values = serving.ServiceValues(
            places=Places(ROOT, ROOT / "data", directory / "state"),
            secrets=Secrets(SECRET, TOKEN, None),
            shop_url=f"sqlite:///{directory}/shop.sqlite3",
            host="127.0.0.1",
            port=0,
            messages_per_minute=100_000,
            sessions_per_minute=100_000,
            sockets_per_address=10_000,
            **command["values"],
        )
        service = serving.Service(values)
        asyncio.run(_first_request(service.app))
        return Kind(directory, service, values)


async def _first_request(app) -> None:
    """The web framework works out its routes when it is first asked: once here instead of in every life."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://mother") as http:
        (await http.get("/health/live")).raise_for_status()


def _run_gateway(kind: Kind, port: int) -> None:
    from bot.event_loop import run
    from bot.serving import run_service

    run(run_service(kind.service, replace(kind.values, port=port), lambda ready: None))


def _run_worker(port: int, failpoints) -> None:
    import uvicorn

    from tests.support.scripted_worker import ScriptedWorker

    worker = ScriptedWorker(TOKEN, failpoints.hit)
    uvicorn.run(worker.app, host="127.0.0.1", port=port, log_level="error", access_log=False, lifespan="off")


def _live(kind: Kind, command: dict) -> None:
    from tests.support.failpoints import Failpoints

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for inherited in (0, 1):
        os.dup2(os.open(os.devnull, os.O_RDWR), inherited)
    failpoints = Failpoints(command["arm"], kind.directory / DIARY)
    failpoints.install()
    if command["role"] == "gateway":
        _run_gateway(kind, command["port"])
    else:
        _run_worker(command["port"], failpoints)


def _born(kind: Kind, command: dict) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _live(kind, command)
        code = 0
    except BaseException:
        logging.exception("a process ended badly")
    finally:
        logging.shutdown()
        os._exit(code)


def _bury(*_: object) -> None:
    """Whoever has ended is waited for at once: its number is free again, and its processor time counts as ours."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue


def main() -> None:
    logging.basicConfig(level=sys.argv[1], format="%(asctime)s %(process)d %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # Loaded before the forks.
    import uvicorn.protocols.http.httptools_impl
    import uvicorn.protocols.websockets.websockets_sansio_impl  # noqa: F401

    import tests.support.failpoints
    import tests.support.scripted_worker  # noqa: F401
    from bot.settled import settle

    signal.signal(signal.SIGCHLD, _bury)
    kinds: list[Kind] = []
    for line in sys.stdin:
        command = json.loads(line)
        if command["role"] == "kind":
            kinds.append(Kind.of(command))
            settle()
            print(len(kinds) - 1, flush=True)
        else:
            print(_born(kinds[command["kind"]], command), flush=True)
    for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        Child(int(pid)).kill()
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


if __name__ == "__main__":
    main()
