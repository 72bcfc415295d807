"""A whole gateway on a real port over the in-memory store, with a brain that a test scripts."""

import asyncio
import contextlib
import json
import socket
import uuid
from functools import cache
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from websockets.asyncio.client import connect

from bot.clock import SystemClock
from bot.conversation.model import Reply, Signals, TurnResult
from bot.conversation.service import ConversationService
from bot.conversation.turns import Dispatcher
from bot.gateway.edge import add_customer_edge
from bot.gateway.help_centre import not_found_page
from bot.gateway.http_errors import install_error_handlers
from bot.gateway.limits import Limits
from bot.gateway.metrics import GatewayMetrics
from bot.gateway.origins import Origins
from bot.gateway.pages import Pages
from bot.gateway.sessions import Sessions
from bot.gateway.socket import SocketParts
from bot.identity.customers import identity_verifier
from bot.storage.memory import MemoryConversationStore
from bot.storage.memory_staff import MemorySessions
from bot.storage.signals import InProcessSignals
from bot.wire_frames import FrameProtocol
from bot.wording import ResponseWords

ROOT = Path(__file__).resolve().parents[2]
SECRET = "an installation secret for tests only"
IDENTITY_SECRET = "an identity secret for the tests only"
ALLOWED = "https://shop.example.com"


class EchoBrain:
    """Answers every message with its own text; `script` may be replaced by a test."""

    def __init__(self) -> None:
        self.requests = []
        self.script = lambda request: TurnResult(
            (Reply("You said: " + " / ".join(message.text for message in request.messages)),),
            [{"event": "user", "text": "x"}],
            Signals(outcome="answered"),
            "test",
        )

    async def turn(self, request):
        self.requests.append(request)
        result = self.script(request)
        return await result if asyncio.iscoroutine(result) else result


class Nobody:
    """Availability that a test sets."""

    def __init__(self) -> None:
        self.online = True

    async def anyone_for(self, team):
        return self.online

    def next_opening(self, after):
        return None


class NoArticles:
    """A help centre without articles."""

    def all(self):
        return []

    def get(self, article_id):
        return None


async def no_search(query):
    return []


@cache
def shop_words() -> ResponseWords:
    """The shop's own wording, read once."""
    return ResponseWords(ROOT / "data" / "domain")


class House:
    """Everything of the customer side in one process; use as an async context manager."""

    def __init__(self, *, admit=lambda: None, **limits: int) -> None:
        self.clock = SystemClock()
        self.signals = InProcessSignals()
        self.store = MemoryConversationStore()
        self.brain = EchoBrain()
        self.availability = Nobody()
        self.service = ConversationService(self.store, self.signals, self.availability, shop_words(), self.clock)
        self.dispatcher = Dispatcher(self.store, self.service, self.brain, self.signals, self.clock)
        self.session_store = MemorySessions()
        sessions = Sessions(self.session_store, self.service, self.clock, identity_verifier(IDENTITY_SECRET), admit)
        self.registry = CollectorRegistry()
        self.parts = SocketParts(
            self.service,
            sessions,
            self.signals,
            Limits(**limits),
            Origins((ALLOWED,), None),
            GatewayMetrics(self.registry),
        )
        self.app = FastAPI()
        pages = Pages(ROOT / "widget", (ALLOWED,))
        install_error_handlers(self.app, lambda: not_found_page(pages))
        add_customer_edge(
            self.app, self.parts, pages, NoArticles(), no_search, operator_secret=SECRET, now=self.clock.now
        )

    async def __aenter__(self):
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        config = uvicorn.Config(
            self.app,
            log_level="warning",
            ws=FrameProtocol,
            ws_per_message_deflate=False,
            ws_max_size=1 << 20,
            lifespan="off",
        )
        self._server = uvicorn.Server(config)
        self._server.install_signal_handlers = lambda: None
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        while not self._server.started:
            await asyncio.sleep(0.01)
        await self.dispatcher.start()
        self.http = httpx.AsyncClient(base_url=f"http://{self.address}", timeout=30)
        return self

    async def __aexit__(self, *_):
        await self.http.aclose()
        await self.dispatcher.stop()
        self._server.should_exit = True
        async with asyncio.timeout(30):
            await self._serving

    async def session(self, **body):
        answer = await self.http.post("/api/v1/widget/sessions", json=body)
        answer.raise_for_status()
        return answer.json()

    @contextlib.asynccontextmanager
    async def socket(self, token: str | None = None, last_seq: int = 0, **options):
        """A socket that has said hello."""
        token = token or (await self.session())["session_token"]
        async with connect(f"ws://{self.address}/api/v1/widget/ws", **options) as ws:
            client = Client(ws)
            await client.send(type="hello", session_token=token, last_seq=last_seq)
            yield client


class Client:
    """A contract-following client for tests."""

    def __init__(self, ws) -> None:
        self.ws = ws

    async def send(self, **frame):
        await self.ws.send(json.dumps(frame))

    async def say(self, text, client_message_id=None, **more):
        client_message_id = client_message_id or str(uuid.uuid4())
        await self.send(type="message", client_message_id=client_message_id, text=text, **more)
        return client_message_id

    async def frame(self, timeout: float = 30.0):
        return json.loads(await asyncio.wait_for(self.ws.recv(), timeout))

    async def until(self, match, timeout: float = 30.0):
        """All frames up to and including the first that matches (a type, or a predicate)."""
        wanted = (lambda frame: frame["type"] == match) if isinstance(match, str) else match
        frames = []
        async with asyncio.timeout(timeout):
            while not frames or not wanted(frames[-1]):
                frames.append(await self.frame(timeout))
        return frames


def is_message(by: str, containing: str = ""):
    """A predicate for an event frame with a message of that author."""
    return lambda frame: (
        frame["type"] == "event"
        and frame["event"]["kind"] == "message"
        and frame["event"]["author"]["kind"] == by
        and containing in frame["event"]["text"]
    )
