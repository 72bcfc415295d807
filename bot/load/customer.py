"""One customer over the real contract: a session, a socket, messages that are acknowledged and answered.

Often measured on the very machine that serves, so a customer should cost little beside what they cause.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

import aiohttp

from bot import fast_json
from bot.errors import Unavailable

WITH_A_PERSON = {"queued", "agent", "offline"}
CLOSED = "closed"
PING_EVERY = 20.0
HTTP_SECONDS = 60.0


def connections() -> aiohttp.ClientSession:
    """What many customers share; to be used as a context manager."""
    timeout = aiohttp.ClientTimeout(total=HTTP_SECONDS)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout)


@dataclass(slots=True)
class Sent:
    """A message and what became of it; times in seconds of a monotonic clock."""

    client_message_id: str
    text: str
    at: float
    seq: int | None = None
    acked_at: float | None = None
    replied_at: float | None = None
    error: str | None = None
    replies: list[Mapping[str, Any]] = field(default_factory=list)


class LoadCustomer:
    """A customer of the running service. Not for reuse after `close`."""

    def __init__(self, http: aiohttp.ClientSession, base_url: str, proof: str | None) -> None:
        self._http = http
        self._base = base_url.rstrip("/")
        self._headers = {"X-Baton-Operator": proof} if proof else {}
        self._ws: aiohttp.ClientWebSocketResponse[bool] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._news = asyncio.Event()
        self._waiting: dict[str, Sent] = {}
        self.sent: list[Sent] = []
        self._seen: set[int] = set()
        self._answers: list[tuple[int, Mapping[str, Any]]] = []
        self.duplicate_seqs = 0
        self.state = "bot"
        self.token = ""

    async def open(self) -> None:
        """Open the session and the socket; raises `Unavailable` when the service cannot be reached."""
        try:
            url = f"{self._base}/api/v1/widget/sessions"
            async with self._http.post(url, json={}, headers=self._headers, raise_for_status=True) as answer:
                self.token = (await answer.json())["session_token"]
            await self._connect()
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable(f"Cannot reach {self._base}: {type(error).__name__}. Is it running?") from error

    async def _connect(self) -> None:
        self._ws = await self._http.ws_connect(f"{self._base}/api/v1/widget/ws", max_msg_size=0)
        newest = max(self._seen, default=0)
        await self._send({"type": "hello", "session_token": self.token, "last_seq": newest})
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._ping())]

    async def _send(self, frame: Mapping[str, Any]) -> None:
        if self._ws is not None:
            await self._ws.send_str(fast_json.dumps(frame).decode())

    async def reconnect(self) -> None:
        """Let the line go as a network does that changes, and come back to where this customer had read."""
        await self.close()
        await self._connect()

    async def say(self, text: str, timeout: float) -> Sent:
        """Send a text and wait, at most `timeout` seconds, until it is answered, passed on or refused."""
        if self._ws is None:
            raise RuntimeError("open first")
        sent = Sent(str(uuid.uuid4()), text, time.monotonic())
        self.sent.append(sent)
        self._waiting[sent.client_message_id] = sent
        frame = {"type": "message", "client_message_id": sent.client_message_id, "text": text}
        try:
            await self._send(frame)
            async with asyncio.timeout(timeout):
                while not self._settled(sent):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            sent.error = "timeout"
        except (OSError, aiohttp.ClientError):
            sent.error = CLOSED
        return sent

    def _settled(self, sent: Sent) -> bool:
        if sent.error:
            return True
        if (seq := sent.seq) is None:
            return False
        sent.replies = [event for _, event in takewhile(lambda answer: answer[0] > seq, reversed(self._answers))]
        if sent.replies or self.state in WITH_A_PERSON:
            sent.replied_at = sent.replied_at or time.monotonic()
            return True
        return False

    async def _read(self) -> None:
        if self._ws is None:
            return
        async for message in self._ws:
            if message.type is aiohttp.WSMsgType.TEXT:
                self._take(fast_json.loads(message.data))
                self._news.set()
        self._fail(CLOSED)

    def _fail(self, why: str) -> None:
        for sent in self._waiting.values():
            if sent.replied_at is None and sent.error is None:
                sent.error = why
        self._news.set()

    def _take(self, frame: Mapping[str, Any]) -> None:
        if frame["type"] == "ack":
            sent = self._waiting.get(frame["client_message_id"])
            if sent:
                sent.seq, sent.acked_at = frame["seq"], time.monotonic()
        elif frame["type"] == "event":
            self._take_event(frame["seq"], frame["event"])
        elif frame["type"] == "welcome":
            self.state = frame["state"]
        elif frame["type"] == "error":
            sent = self._waiting.get(frame.get("client_message_id", ""))
            if sent:
                sent.error = frame["code"]

    def _take_event(self, seq: int, event: Mapping[str, Any]) -> None:
        if seq in self._seen:
            self.duplicate_seqs += 1
        self._seen.add(seq)
        if event["kind"] == "state":
            self.state = event["to"]
        elif event["kind"] == "message" and event["author"]["kind"] != "customer":
            self._answers.append((seq, event))

    async def _ping(self) -> None:
        while self._ws is not None:
            await asyncio.sleep(PING_EVERY)
            await self._send({"type": "ping"})

    async def stored(self) -> list[Mapping[str, Any]]:
        """The conversation fetched afresh from the log, oldest first."""
        found: list[Mapping[str, Any]] = []
        after = 0
        headers = {"Authorization": f"Bearer {self.token}"}
        while True:
            url, wanted = f"{self._base}/api/v1/widget/events", {"after": after}
            async with self._http.get(url, params=wanted, headers=headers, raise_for_status=True) as answer:
                page = await answer.json()
            found += page["events"]
            if page["last_seq"] <= after:
                return found
            after = page["last_seq"]

    async def close(self) -> None:
        """Leave. Safe to call twice."""
        ws, self._ws = self._ws, None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if ws is not None:
            await ws.close()


def lost_and_duplicated(sent: list[Sent], stored: list[Mapping[str, Any]]) -> tuple[int, int]:
    """How many acknowledged messages the log lacks, and how many it holds more than once or elsewhere than said."""
    at: dict[int, str] = {
        frame["seq"]: frame["event"]["text"]
        for frame in stored
        if frame["event"]["kind"] == "message" and frame["event"]["author"]["kind"] == "customer"
    }
    acked = {message.seq: message.text for message in sent if message.seq is not None}
    lost = sum(1 for seq in acked if seq not in at)
    duplicated = len(at.keys() - acked.keys() - _unacked(sent, at, acked))
    return lost, duplicated


def _unacked(sent: list[Sent], at: Mapping[int, str], acked: Mapping[int, str]) -> set[int]:
    """Stored messages whose acknowledgement did not arrive: neither lost nor double."""
    texts = [message.text for message in sent if message.seq is None]
    seqs = set()
    for seq, text in at.items():
        if seq not in acked and text in texts:
            texts.remove(text)
            seqs.add(seq)
    return seqs
