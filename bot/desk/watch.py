"""One agent following one conversation: its log from a cursor on, who types, and which colleagues look at it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from bot.conversation.model import Staff
from bot.desk.parts import Desk
from bot.errors import BatonError, NotFound
from bot.wire_frames import TextFrame

POLL_EVERY = 600.0  # the last resort: the gateway looks for all, see `ChangeLook`
PAGE = 500
LOOKING_FOR = 25.0
TELL_EVERY = 10.0

Send = Callable[[TextFrame | Mapping[str, Any]], Awaitable[None]]
News = AsyncIterator[tuple[str, Mapping[str, Any] | None]]


class ConversationWatch:
    """Runs as a task of the agent's socket. It subscribes first, then replays, then goes on live; the cursor keeps
    every event from being missed or sent twice."""

    def __init__(self, desk: Desk, staff: Staff, conversation_id: str, last_seq: int, send: Send) -> None:
        self._desk = desk
        self._staff = staff
        self._id = conversation_id
        self._cursor = last_seq
        self._send = send
        self._news = asyncio.Event()
        self._viewing = False
        self._typing = False
        self._others: dict[str, tuple[str, bool, float]] = {}
        self._shown: list[dict[str, Any]] = []

    async def run(self) -> None:
        """Follow until cancelled. Raises `NotFound` for a conversation that does not exist."""
        async with self._desk.signals.subscribe(f"conversation:{self._id}") as news:
            await self._begin()
            listening = asyncio.create_task(self._listen(news))
            looking = asyncio.create_task(self._keep_looking())
            try:
                await self._follow()
            finally:
                listening.cancel()
                looking.cancel()
                await asyncio.gather(listening, looking, return_exceptions=True)

    async def look(self, active: bool) -> None:
        """The agent has it on their screen, or has left it."""
        self._viewing = active
        self._typing = self._typing and active
        await self._tell_colleagues()

    async def type(self, active: bool, note: bool) -> None:
        """The agent types: colleagues see it; the customer too when it is a message of their agent."""
        self._viewing = self._viewing or active
        self._typing = active
        await self._tell_colleagues()
        found = await self._desk.conversations.conversation(self._id)
        if not note and found.state.value == "agent" and found.assignee_id == self._staff.id:
            typing = {"by": "agent", "active": active, "name": self._staff.name, "agent_id": self._staff.id}
            await self._desk.signals.publish(f"conversation:{self._id}", {"typing": typing})

    async def leave(self) -> None:
        """Tell colleagues that this agent is gone."""
        if self._viewing:
            with suppress(BatonError):
                await self.look(False)

    async def _begin(self) -> None:
        found = await self._desk.conversations.conversation(self._id)
        await self._send(
            {
                "type": "watching",
                "conversation_id": self._id,
                "state": found.state.value,
                "last_seq": found.last_seq,
            }
        )
        if self._cursor > found.last_seq:
            await self._send({"type": "resync", "conversation_id": self._id})
            self._cursor = found.last_seq
        await self._publish({"asks": self._staff.id})

    async def _follow(self) -> None:
        while True:
            self._news.clear()
            page = []
            try:
                page = await self._desk.conversations.events(self._id, self._cursor, PAGE, private=True)
            except NotFound:
                raise
            except BatonError:
                await asyncio.sleep(1.0)
            for event in page:
                frame = self._desk.frames.of(event)
                if frame is not None:
                    await self._send(frame)
                self._cursor = event.seq
            if len(page) < PAGE:
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_EVERY):
                        await self._news.wait()

    async def _listen(self, news: News) -> None:
        async for _, payload in news:
            if payload is None:
                self._news.set()
            elif "typing" in payload:
                await self._someone_types(payload["typing"])
            elif "colleague" in payload:
                await self._colleague(payload["colleague"])

    async def _someone_types(self, typing: Mapping[str, Any]) -> None:
        if typing.get("agent_id") == self._staff.id:
            return
        frame = {"type": "typing", "conversation_id": self._id, "by": typing["by"], "active": bool(typing["active"])}
        await self._send(frame | {name: typing[name] for name in ("name", "agent_id") if typing.get(name)})

    async def _colleague(self, said: Mapping[str, Any]) -> None:
        if "asks" in said:
            if said["asks"] != self._staff.id and self._viewing:
                await self._tell_colleagues()
            return
        if said["id"] == self._staff.id:
            return
        if said["viewing"]:
            until = asyncio.get_running_loop().time() + LOOKING_FOR
            self._others[said["id"]] = (said["name"], bool(said["typing"]), until)
        else:
            self._others.pop(said["id"], None)
        await self._show_viewers()

    async def _show_viewers(self) -> None:
        now = asyncio.get_running_loop().time()
        self._others = {id_: seen for id_, seen in self._others.items() if seen[2] > now}
        viewers = [{"id": id_, "name": name, "typing": typing} for id_, (name, typing, _) in self._others.items()]
        if viewers != self._shown:
            self._shown = viewers
            await self._send({"type": "viewers", "conversation_id": self._id, "viewers": viewers})

    async def _keep_looking(self) -> None:
        """Colleagues who do not hear of somebody for a while take them for gone: say it again and again."""
        while True:
            await asyncio.sleep(TELL_EVERY)
            if self._viewing:
                await self._tell_colleagues()
            await self._show_viewers()

    async def _tell_colleagues(self) -> None:
        await self._publish(
            {"id": self._staff.id, "name": self._staff.name, "viewing": self._viewing, "typing": self._typing}
        )

    async def _publish(self, colleague: Mapping[str, Any]) -> None:
        await self._desk.signals.publish(f"conversation:{self._id}", {"colleague": dict(colleague)})
