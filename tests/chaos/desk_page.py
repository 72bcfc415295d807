"""An agent's page that follows conversations over the desk's socket, whatever the line does."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence

import httpx
from websockets.asyncio.client import connect

from tests.chaos.people import DEAD_AFTER, PING_EVERY, TROUBLE, ended, fetched, only_cut


class DeskPage:
    """Watches some conversations, with everything that only staff may see, and resumes each where it stopped."""

    def __init__(self, address: str, token: str, conversations: Sequence[str], chance: random.Random) -> None:
        self.shown: dict[str, dict[int, dict]] = {id_: {} for id_ in conversations}
        self.wrongs: list[str] = []
        self._address = address
        self._token = token
        self._chance = chance
        self._task = asyncio.create_task(self._keep_open())

    def last_seq(self, conversation: str) -> int:
        """The last event that is shown of a conversation."""
        return max(self.shown[conversation], default=0)

    async def leave(self) -> None:
        """Close the page."""
        self.wrongs += [f"the desk's page broke: {error!r}" for error in await ended([self._task])]

    async def compare(self, http: httpx.AsyncClient) -> list[str]:
        """What differs between the page and what is fetched afresh."""
        for conversation, shown in self.shown.items():
            fresh = await self._fetched(http, conversation)
            if shown != fresh:
                odd = sorted(seq for seq in shown.keys() | fresh if shown.get(seq) != fresh.get(seq))
                self.wrongs.append(f"the desk's page of {conversation} differs from a fresh fetch at {odd}")
        return self.wrongs

    async def _fetched(self, http: httpx.AsyncClient, conversation: str) -> dict[int, dict]:
        """All of it, page after page."""
        fresh: dict[int, dict] = {}
        while True:
            path, after = f"/agent/conversations/{conversation}/events", max(fresh, default=0)
            found = await fetched(http, path, self._token, after=after)
            if not found["events"]:
                return fresh
            fresh |= {event["seq"]: event for event in found["events"]}

    async def _keep_open(self) -> None:
        while True:
            try:
                await self._connected()
            except* TROUBLE:
                pass
            except* AttributeError as broken:
                only_cut(broken)
            await asyncio.sleep(self._chance.uniform(0.01, 0.2))

    async def _connected(self) -> None:
        url = f"ws://{self._address}/api/v1/agent/ws"
        async with connect(url, open_timeout=DEAD_AFTER, close_timeout=0.1, ping_interval=None, proxy=None) as ws:
            await ws.send(json.dumps({"type": "hello", "access_token": self._token}))
            for conversation in self.shown:
                watch = {"type": "watch", "conversation_id": conversation, "last_seq": self.last_seq(conversation)}
                await ws.send(json.dumps(watch))
            async with asyncio.TaskGroup() as both:
                both.create_task(self._ping(ws))
                both.create_task(self._read(ws))

    async def _ping(self, ws) -> None:
        while True:
            await asyncio.sleep(PING_EVERY)
            await ws.send('{"type":"ping"}')

    async def _read(self, ws) -> None:
        while True:
            async with asyncio.timeout(DEAD_AFTER):
                frame = json.loads(await ws.recv())
            if frame["type"] == "event":
                self._show(frame)
            elif frame["type"] == "resync" or (frame["type"] == "error" and frame["code"] != "storage_unavailable"):
                self.wrongs.append(f"the desk's page was told {frame}")
                raise TimeoutError
            elif frame["type"] == "error":
                raise TimeoutError  # come back and watch again

    def _show(self, frame: dict) -> None:
        conversation = frame["conversation_id"]
        if frame["seq"] != self.last_seq(conversation) + 1:
            self.wrongs.append(f"the desk's page of {conversation}: {frame['seq']} after {self.last_seq(conversation)}")
        shown = {name: value for name, value in frame.items() if name not in ("type", "conversation_id")}
        self.shown[conversation][frame["seq"]] = shown
