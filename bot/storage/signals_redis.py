"""Wake-ups and passing news between gateways, over Redis."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.conversation.ids import new_id
from bot.conversation.ports import Heard
from bot.storage.signals import LOOK_SECONDS, ChangedSince, ChangeLook, InProcessSignals

log = logging.getLogger(__name__)

OUTBOX = 10_000
BATCH = 500
CONFIRM_SECONDS = 1.0
_BROKEN = (RedisError, OSError, TimeoutError)


class RedisSignals:
    """`Signals` for many processes. Listeners of this process hear at once and whether or not Redis is there; those of
    others through Redis, one channel a topic, so that a gateway hears only what somebody there listens to.

    While Redis is away, `changed_since` (topics with news since a time) is asked every `poll_seconds`, and once more
    when it is back; while it is there, every `look_seconds`, because a message of Redis may be lost without a word.
    News of other gateways comes late by that much, never not at all. Passing news (typing) is lost.
    """

    def __init__(
        self,
        url: str,
        *,
        changed_since: ChangedSince | None = None,
        poll_seconds: float = 1.0,
        look_seconds: float = LOOK_SECONDS,
        namespace: str = "baton",
    ) -> None:
        self._url = url
        self._changed_since = changed_since
        self._poll_seconds = poll_seconds
        self._look_seconds = look_seconds
        self._namespace = namespace
        self._origin = new_id()
        self._local = InProcessSignals()
        self._outbox: deque[tuple[str, str]] = deque(maxlen=OUTBOX)
        self._to_send = asyncio.Event()
        self._all_sent = asyncio.Event()
        self._all_sent.set()
        self._confirmed: dict[str, asyncio.Event] = {}
        self._listening: PubSub | None = None
        self._connected = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Connect in the background; waits a moment for Redis, and goes on without it."""
        self._origin = new_id()  # taken by the process that runs: one made before a fork would be everybody's
        loops = (self._listen_forever, self._send_forever, self._poll_forever)
        self._loops = [asyncio.create_task(loop(), name=f"signals:{loop.__name__}") for loop in loops]
        with suppress(TimeoutError):
            async with asyncio.timeout(CONFIRM_SECONDS):
                await self._connected.wait()

    async def stop(self) -> None:
        """Send what is waiting, if Redis is there, and disconnect."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CONFIRM_SECONDS):
                await self._all_sent.wait()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)

    @property
    def connected(self) -> bool:
        """Whether other gateways can be heard now."""
        return self._connected.is_set()

    @property
    def topics(self) -> int:
        """How many topics somebody here listens to."""
        return self._local.topics

    async def publish(self, topic: str, payload: Mapping[str, Any] | None = None) -> None:
        """Tell listeners here now and those of other gateways soon; never waits for Redis and never fails."""
        self._local.deliver(topic, payload)
        if self.connected:
            self._outbox.append((topic, json.dumps({"from": self._origin, "topic": topic, "payload": payload})))
            self._all_sent.clear()
            self._to_send.set()

    @asynccontextmanager
    async def subscribe(self, *topics: str, wake: Callable[[], None] = lambda: None) -> AsyncIterator[Heard]:
        """Listen from the moment the context is entered, to other gateways too if Redis confirms within a second."""
        async with self._local.subscribe(*topics, wake=wake) as news:
            await self._join(topics)
            try:
                yield news
            finally:
                await self._leave(topics)

    async def _join(self, topics: Iterable[str]) -> None:
        new = [topic for topic in dict.fromkeys(topics) if topic not in self._confirmed]
        for topic in new:
            self._confirmed[topic] = asyncio.Event()
        await self._ask("subscribe", new)
        if self._listening is not None:
            with suppress(TimeoutError, KeyError):
                async with asyncio.timeout(CONFIRM_SECONDS):
                    for topic in topics:
                        await self._confirmed[topic].wait()

    async def _leave(self, topics: Iterable[str]) -> None:
        # The local listener is still there: it is the last one if nobody else counts.
        gone = [topic for topic in dict.fromkeys(topics) if self._local.listeners(topic) <= 1]
        for topic in gone:
            self._confirmed.pop(topic, None)
        await self._ask("unsubscribe", gone)

    async def _ask(self, verb: str, topics: list[str]) -> None:
        if self._listening is None:
            return
        with suppress(*_BROKEN):  # the listening loop sees the same break and deals with it
            exact = [self._channel(topic) for topic in topics if not topic.endswith("*")]
            patterns = [self._channel(topic) for topic in topics if topic.endswith("*")]
            if exact:
                await getattr(self._listening, verb)(*exact)
            if patterns:
                await getattr(self._listening, f"p{verb}")(*patterns)

    def _channel(self, topic: str) -> str:
        return f"{self._namespace}:{topic}"

    def _client(self) -> Redis:
        no_retry = Retry(NoBackoff(), 0)
        return Redis.from_url(
            self._url,
            retry=no_retry,
            socket_connect_timeout=CONFIRM_SECONDS,
            health_check_interval=5,
            decode_responses=True,
        )

    async def _listen_forever(self) -> None:
        pause = 0.1
        told = False
        while True:
            try:
                async with self._client() as client, client.pubsub() as listening:
                    await self._listen_anew(listening)
                    if told:
                        log.warning("Redis is back")
                    pause, told = 0.1, False
                    await self._hear(listening)
            except _BROKEN as error:
                if not told:
                    log.warning("Redis is away (%s); going on by polling", type(error).__name__)
                    told = True
            finally:
                self._listening = None
                self._connected.clear()
                self._outbox.clear()
                self._all_sent.set()
            await asyncio.sleep(random.uniform(pause / 2, pause))
            pause = min(pause * 2, 5.0)

    async def _listen_anew(self, listening: PubSub) -> None:
        await listening.subscribe(self._channel("_"))  # a listener that listens to nothing has no connection
        for confirmed in self._confirmed.values():
            confirmed.clear()
        self._listening = listening
        await self._ask("subscribe", list(self._confirmed))
        self._connected.set()

    async def _hear(self, listening: PubSub) -> None:
        while True:
            message = await listening.get_message(ignore_subscribe_messages=False, timeout=2.0)
            if message is None:
                continue
            if message["type"] in ("subscribe", "psubscribe"):
                confirmed = self._confirmed.get(message["channel"].removeprefix(f"{self._namespace}:"))
                if confirmed is not None:
                    confirmed.set()
            elif message["type"] in ("message", "pmessage"):
                self._heard(message)

    def _heard(self, message: Mapping[str, Any]) -> None:
        try:
            said = json.loads(message["data"])
            origin, topic, payload = said["from"], said["topic"], said["payload"]
        except (ValueError, KeyError, TypeError):
            log.warning("something that is not ours was said on a channel of ours")
            return
        if origin == self._origin:
            return
        if message["type"] == "pmessage":
            self._local.deliver_to_prefix(message["pattern"].removeprefix(f"{self._namespace}:"), topic, payload)
        else:
            self._local.deliver_to_exact(topic, payload)

    async def _send_forever(self) -> None:
        while True:
            try:
                async with self._client() as client:
                    await self._send(client)
            except _BROKEN:
                await asyncio.sleep(0.2)

    async def _send(self, client: Redis) -> None:
        while True:
            await self._to_send.wait()
            self._to_send.clear()
            while self._outbox:
                batch = [self._outbox.popleft() for _ in range(min(BATCH, len(self._outbox)))]
                async with client.pipeline(transaction=False) as pipeline:
                    for topic, said in batch:
                        pipeline.publish(self._channel(topic), said)
                    await pipeline.execute()
            self._all_sent.set()

    async def _poll_forever(self) -> None:
        if self._changed_since is None:
            return
        loop, changes = asyncio.get_running_loop(), ChangeLook(self._local, self._changed_since)
        looked, was_away = loop.time(), False
        while True:
            await asyncio.sleep(min(self._poll_seconds, self._look_seconds))
            away = not self.connected or was_away
            if away or loop.time() - looked >= self._look_seconds:
                looked = loop.time()
                await changes.look(everything=away)
            was_away = not self.connected
