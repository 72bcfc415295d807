"""Customers and agents who keep to the contract whatever the line does, and write down what breaks it."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.support.plain_http import PLAIN

TROUBLE = (OSError, WebSocketException, TimeoutError, EOFError, httpx.HTTPError)
DEAD_AFTER = 1.5
PING_EVERY = 0.3


async def fetched(http: httpx.AsyncClient, path: str, token: str, **params: object) -> dict:
    """What is there now. A process that was told to stop may still be on its way out, a database that somebody else
    uses may be busy: whoever reads asks again."""
    async with asyncio.timeout(120):
        while True:
            with suppress(httpx.TransportError):
                answer = await http.get(path, params=params, headers={"Authorization": f"Bearer {token}"})
                if answer.status_code != 503:
                    return answer.raise_for_status().json()
            await asyncio.sleep(0.05)


def only_cut(broken: BaseExceptionGroup) -> None:
    """Raise what is not the error of a client library that asks for the peer of a line which was cut meanwhile."""
    rest = broken.split(lambda error: isinstance(error, AttributeError) and "getpeername" in str(error))[1]
    if rest is not None:
        raise rest


async def ended(tasks: Sequence[asyncio.Task[None]]) -> list[Exception]:
    """Cancel them until they have ended; what they failed with. Once is not enough: where something fails in a task
    group at the moment at which the group is cancelled, Python 3.11 raises the failure and forgets the cancellation."""
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=1)
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    return [outcome for outcome in outcomes if isinstance(outcome, Exception)]


@dataclass
class Page:
    """One open page: the log as it was shown there."""

    number: int
    address: str
    polls: bool = False
    shown: dict[int, dict] = field(default_factory=dict)
    cursor: int = 0
    seen_at: dict[int, float] = field(default_factory=dict)
    state: str = "bot"
    connections: int = 0


class Customer:
    """A customer with several pages on one conversation. The first page writes; what is not acknowledged is sent again
    under the same id."""

    def __init__(
        self, name: str, addresses: Sequence[str], chance: random.Random, *, pages: int = 2, polls: bool = False
    ) -> None:
        """`polls`: the first page has no sockets, as behind a proxy that blocks them."""
        self.name = name
        self.pages = [
            Page(number, addresses[number % len(addresses)], polls=polls and number == 0) for number in range(pages)
        ]
        self.sent: dict[str, str] = {}
        self.unacked: dict[str, str] = {}
        self.acks: dict[str, tuple[int, str]] = {}
        self.refused = 0
        self.wrongs: list[str] = []
        self.id = ""
        self._chance = chance
        self._token = ""
        self._to_send = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def arrive(self) -> None:
        """Open a session and every page."""
        base = f"http://{self.pages[0].address}/api/v1"
        async with httpx.AsyncClient(base_url=base, timeout=5, trust_env=False, verify=PLAIN) as http:
            while not self.id:
                with suppress(httpx.HTTPError):
                    answer = await http.post("/widget/sessions", json={})
                    if answer.status_code == 201:
                        self._token, self.id = answer.json()["session_token"], answer.json()["conversation_id"]
                await asyncio.sleep(0.02)
        for page in self.pages:
            self._tasks.append(asyncio.create_task(self._keep_open(page)))

    async def leave(self) -> None:
        """Close every page."""
        self.wrongs += [f"{self.name}: a page broke: {error!r}" for error in await ended(self._tasks)]

    def say(self, text: str) -> None:
        """Write a message; it is sent until it is acknowledged."""
        key = f"{self.name}-{len(self.sent)}"
        self.sent[key] = self.unacked[key] = text
        self._to_send.set()

    def latest_seconds(self) -> float:
        """By how much any event came later on one page than on another, at the most."""
        seen = [page.seen_at for page in self.pages]
        both = set.intersection(*(set(times) for times in seen))
        return max((max(t[seq] for t in seen) - min(t[seq] for t in seen) for seq in both), default=0.0)

    async def events(self, http: httpx.AsyncClient) -> list[dict]:
        """The log fetched fresh over HTTP, as a page without a socket would."""
        found: list[dict] = []
        cursor = 0
        while True:
            body = await fetched(http, "/widget/events", self._token, after=cursor)
            found += body["events"]
            if body["last_seq"] == cursor:
                return found
            cursor = body["last_seq"]

    async def _keep_open(self, page: Page) -> None:
        await asyncio.sleep(page.number * self._chance.uniform(0, 0.5))
        while True:
            try:
                await (self._polling(page) if page.polls else self._connected(page))
            except* TROUBLE:
                pass
            except* AttributeError as broken:
                only_cut(broken)
            await asyncio.sleep(self._chance.uniform(0.01, 0.2))

    async def _polling(self, page: Page) -> None:
        """Without sockets: what a widget falls back to."""
        headers = {"Authorization": f"Bearer {self._token}"}
        base = f"http://{page.address}/api/v1"
        client = httpx.AsyncClient(base_url=base, headers=headers, timeout=DEAD_AFTER, trust_env=False, verify=PLAIN)
        async with client as http, asyncio.TaskGroup() as both:
            both.create_task(self._long_poll(page, http))
            if page.number == 0:
                both.create_task(self._post(http))

    async def _long_poll(self, page: Page, http: httpx.AsyncClient) -> None:
        while True:
            answer = await http.get("/widget/events", params={"after": page.cursor, "wait": 1})
            body = answer.raise_for_status().json()
            page.connections += 1
            for frame in body["events"]:
                self._shown(page, frame)
            page.cursor = max(page.cursor, body["last_seq"])

    async def _post(self, http: httpx.AsyncClient) -> None:
        while True:
            self._to_send.clear()
            for key, text in list(self.unacked.items()):
                answer = await http.post("/widget/messages", json={"client_message_id": key, "text": text})
                self._acknowledged(answer.raise_for_status().json())
            await self._to_send.wait()

    async def _connected(self, page: Page) -> None:
        url = f"ws://{page.address}/api/v1/widget/ws"
        async with connect(url, open_timeout=DEAD_AFTER, close_timeout=0.1, ping_interval=None, proxy=None) as ws:
            await ws.send(json.dumps({"type": "hello", "session_token": self._token, "last_seq": page.cursor}))
            page.connections += 1
            async with asyncio.TaskGroup() as both:
                both.create_task(self._read(page, ws))
                both.create_task(self._ping(ws))
                if page.number == 0:
                    both.create_task(self._send(ws))

    async def _ping(self, ws) -> None:
        while True:
            await asyncio.sleep(PING_EVERY)
            await ws.send('{"type":"ping"}')

    async def _send(self, ws) -> None:
        sent: set[str] = set()
        while True:
            self._to_send.clear()
            for key, text in list(self.unacked.items()):
                if key not in sent:
                    sent.add(key)
                    await ws.send(json.dumps({"type": "message", "client_message_id": key, "text": text}))
            await self._to_send.wait()

    async def _read(self, page: Page, ws) -> None:
        while True:
            async with asyncio.timeout(DEAD_AFTER):
                frame = json.loads(await ws.recv())
            match frame["type"]:
                case "event":
                    self._shown(page, frame)
                case "ack":
                    self._acknowledged(frame)
                case "error" if "client_message_id" in frame and frame["code"] != "client_message_id_reused":
                    self.refused += 1
                    raise TimeoutError  # come back and send it again, what follows it too
                case "error" if frame["code"] == "storage_unavailable":
                    raise TimeoutError  # the database is away, and says so: come back later
                case "error" | "resync":
                    self.wrongs.append(f"{self.name} page {page.number}: {frame}")
                    raise TimeoutError

    def _shown(self, page: Page, frame: dict) -> None:
        seq, event = frame["seq"], frame["event"]
        if seq <= page.cursor:
            self.wrongs.append(f"{self.name} page {page.number}: {seq} came after {page.cursor}")
        page.cursor = max(seq, page.cursor)
        page.shown[seq] = frame
        page.seen_at[seq] = time.monotonic()
        if event["kind"] == "state":
            if event["from"] != page.state:
                self.wrongs.append(f"{self.name} page {page.number}: {seq} leaves {event['from']}, not {page.state}")
            page.state = event["to"]

    def _acknowledged(self, frame: dict) -> None:
        key, ack = frame["client_message_id"], (frame["seq"], frame["message_id"])
        if self.acks.setdefault(key, ack) != ack:
            self.wrongs.append(f"{self.name}: {key} acknowledged as {self.acks[key]} and as {ack}")
        self.unacked.pop(key, None)


class Agents:
    """Two agents who race for whoever waits, write once, and give the conversation back to the bot."""

    def __init__(self, address: str, tokens: list[str], chance: random.Random) -> None:
        self.wrote: dict[str, tuple[str, str]] = {}  # client id -> conversation, text
        self.claims = 0
        self.wrongs: list[str] = []
        self._chance = chance
        self._clients = [
            httpx.AsyncClient(
                base_url=f"http://{address}/api/v1",
                headers={"Authorization": f"Bearer {token}"},
                timeout=5,
                trust_env=False,
                verify=PLAIN,
            )
            for token in tokens
        ]
        self._task: asyncio.Task[None] | None = None

    async def arrive(self) -> None:
        """Be online, and begin to work."""
        for client in self._clients:
            await self._until_answered(client, "PUT", "/agent/presence", {"status": "online", "capacity": 50})
        self._task = asyncio.create_task(self._work())

    async def leave(self) -> None:
        """Stop working."""
        assert self._task is not None
        self.wrongs += [f"the desk broke: {error!r}" for error in await ended([self._task])]
        for client in self._clients:
            await client.aclose()

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(0.1, 0.3))
            answer = await self._until_answered(
                self._clients[0], "GET", "/agent/conversations?state=queued,agent,offline", None
            )
            for found in answer.json()["items"]:
                await self._serve(found["id"])

    async def _serve(self, conversation: str) -> None:
        path = f"/agent/conversations/{conversation}"
        answers = await asyncio.gather(
            *(self._until_answered(client, "POST", f"{path}/claim", {}) for client in self._clients)
        )
        won = [client for client, answer in zip(self._clients, answers, strict=True) if answer.status_code == 200]
        self.claims += len(won)
        if len(won) > 1:
            self.wrongs.append(f"two agents claimed {conversation}")
        for client in won or self._clients:  # an answer may have been lost: whoever has it may write
            key = f"a{len(self.wrote)}"
            text = f"agent {key} here"
            body = {"client_message_id": key, "text": text}
            answer = await self._until_answered(client, "POST", f"{path}/messages", body)
            if answer.status_code in (200, 201):
                self.wrote[key] = conversation, text
                await self._until_answered(client, "POST", f"{path}/return-to-bot", {})
                return

    async def _until_answered(self, client: httpx.AsyncClient, method: str, path: str, body) -> httpx.Response:
        while True:
            with suppress(httpx.HTTPError):
                answer = await client.request(method, path, json=body)
                if answer.status_code < 500:
                    return answer
            await asyncio.sleep(self._chance.uniform(0.02, 0.1))
