"""The real service as its own processes: prepared once, started on a free port, talked to from outside."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import httpx
from websockets.sync.client import connect

ROOT = Path(__file__).resolve().parents[2]
PING_EVERY = 15.0
_LASTING: set[int] = set()


def environment(state: Path, **more: str) -> dict[str, str]:
    """This process's environment with the installation under `state`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("BATON_")}
    return kept | {"BATON_STATE_DIR": str(state), "PYTHONUNBUFFERED": "1"} | more


def baton(*arguments: str, state: Path, timeout: float = 300, stdin: str = "", **more: str):
    """Run a command of the installation and return what came of it."""
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments],
        cwd=ROOT, env=environment(state, **more), input=stdin, capture_output=True, text=True, timeout=timeout,
    )  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def lasting_port() -> int:
    """A port to come back to: outside of the range from which the system takes ports of outgoing connections, so that
    nobody has it by chance while a process of ours is down. None is given twice: two towns whose gateways took turns at
    one port would each find the other's conversations."""
    while True:
        port = random.randint(15_000, 31_000)
        if port in _LASTING:
            continue
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            _LASTING.add(port)
            return port


class RunningService:
    """`baton serve` in a process of its own."""

    def __init__(self, state: Path, *, port: int | None = None, **settings: str) -> None:
        self.state = state
        self.settings = settings
        self.port = port or free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None
        self.http = httpx.Client(base_url=self.base + "/api/v1", timeout=60, trust_env=False)

    def start(self, ready_within: float = 180) -> "RunningService":
        self.log = (self.state / "serve.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "serve", "--port", str(self.port)],
            cwd=ROOT, env=environment(self.state, **self.settings), stdout=self.log, stderr=self.log,
        )  # fmt: skip
        try:
            return self._until_ready(time.monotonic() + ready_within)
        except BaseException:
            self.process.kill()  # its worker follows it
            raise

    def _until_ready(self, end: float) -> "RunningService":
        while time.monotonic() < end:
            assert self.process.poll() is None, (self.state / "serve.log").read_text()[-3000:]
            try:
                if httpx.get(f"{self.base}/health/ready", timeout=5, trust_env=False).status_code == 200:
                    return self
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
        raise AssertionError("not ready: " + (self.state / "serve.log").read_text()[-3000:])

    def stop(self, how: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        code = self.process.wait(30)
        self.log.close()
        return code

    def worker_pids(self) -> list[int]:
        """Process ids of the gateway's own workers."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in children if b"bot.brain.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    # -- people

    def staff(self, role: str) -> "Staff":
        """Signed in as the demo's agent, editor or admin."""
        lines = (self.state / "first-accounts.txt").read_text().splitlines()
        email, password = next(line.split()[1:] for line in lines if line.split()[0] == role)
        answer = self.http.post("/auth/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        self.http.cookies.clear()  # who calls without a token is nobody
        return Staff(self.http, answer.json()["access_token"])

    def customer(self, **body) -> "Customer":
        """A customer with an open session and socket."""
        return Customer(self, **body)


class Staff:
    """A signed-in member of staff."""

    def __init__(self, http: httpx.Client, token: str) -> None:
        self.http = http
        self.token = token
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **params):
        return self.http.get(path, params=params, headers=self.headers)

    def post(self, path: str, **body):
        return self.http.post(path, json=body, headers=self.headers)

    def put(self, path: str, **body):
        return self.http.put(path, json=body, headers=self.headers)


class Customer:
    """A customer over the real socket; keeps the log as the widget would."""

    def __init__(self, service: RunningService, **body) -> None:
        self.service = service
        answer = service.http.post("/widget/sessions", json=body)
        assert answer.status_code == 201, answer.text
        self.session = answer.json()
        self.id = self.session["conversation_id"]
        self.events: dict[int, dict] = {}
        self.frames: list[dict] = []
        self.state = self.session["state"]
        self.connect()

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.session['session_token']}"}

    def connect(self) -> None:
        self.ws = connect(f"ws://127.0.0.1:{self.service.port}/api/v1/widget/ws", max_size=2**22)
        self.send(type="hello", session_token=self.session["session_token"], last_seq=max(self.events, default=0))
        self.until(lambda f: f["type"] == "welcome")

    def send(self, **frame) -> None:
        self.ws.send(json.dumps(frame))
        self.sent_at = time.monotonic()

    def until(self, wanted, timeout: float = 90):
        end = time.monotonic() + timeout
        while True:
            # By the time since the last frame sent, not received: the server closes on who says nothing.
            if time.monotonic() >= self.sent_at + PING_EVERY:
                self.send(type="ping")
            try:
                patience = max(0.01, min(self.sent_at + PING_EVERY, end) - time.monotonic())
                frame = json.loads(self.ws.recv(patience))
            except TimeoutError:
                if time.monotonic() >= end:
                    raise
                continue
            self.frames.append(frame)
            if frame["type"] == "event":
                assert frame["seq"] not in self.events, "an event came twice"
                self.events[frame["seq"]] = frame["event"]
                if frame["event"]["kind"] == "state":
                    self.state = frame["event"]["to"]
            if wanted(frame):
                return frame

    def post(self, text: str, **more) -> dict:
        """Send a message and return its acknowledgement or error frame."""
        client_message_id = more.pop("client_message_id", None) or str(uuid.uuid4())
        self.send(type="message", client_message_id=client_message_id, text=text, **more)
        return self.until(lambda f: f["type"] in ("ack", "error") and f.get("client_message_id") == client_message_id)

    def say(self, text: str, **more) -> list[dict]:
        """Send a message and return what the bot answers to it (all of the turn's messages)."""
        ack = self.post(text, **more)
        assert ack["type"] == "ack", ack

        def answered(frame) -> bool:
            event = frame.get("event", {})
            return frame["type"] == "event" and frame["seq"] > ack["seq"] and (
                (event["kind"] == "message" and event["author"]["kind"] != "customer") or event["kind"] == "state"
            )  # fmt: skip

        if not any(seq > ack["seq"] and e["kind"] in ("message", "state") for seq, e in self.events.items()):
            self.until(answered)
        self.settle()
        return [
            event
            for seq, event in sorted(self.events.items())
            if seq > ack["seq"] and event["kind"] == "message" and event["author"]["kind"] != "customer"
        ]

    def settle(self) -> None:
        """Take in everything that the log holds by now."""
        seen = max(self.events, default=0)
        answer = self.service.http.get("/widget/events", params={"after": seen}, headers=self.headers)
        assert answer.status_code == 200, answer.text
        missing = {event["seq"] for event in answer.json()["events"]}
        while not missing <= set(self.events):
            self.until(lambda f: f["type"] == "event")

    def texts(self, by: str | None = None) -> list[str]:
        return [
            e["text"]
            for _, e in sorted(self.events.items())
            if e["kind"] == "message" and (by is None or e["author"]["kind"] == by)
        ]

    def close(self) -> None:
        self.ws.close()
