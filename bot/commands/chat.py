"""`baton chat`: a conversation in the terminal, through the same socket as the widget."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx
import typer
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bot.commands.output import plain
from bot.errors import Unavailable

WHO = {"bot": "assistant", "system": "service"}


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command("chat")(chat_command)


def chat_command(
    url: Annotated[str, typer.Option("--url", help="Address of the running service")] = "http://127.0.0.1:8000",
) -> None:
    """Talk to the running service as a customer. A number chooses a button; an empty line or Ctrl-D ends."""
    asyncio.run(_chat(url.rstrip("/")))


async def _chat(base: str) -> None:
    try:
        async with httpx.AsyncClient(timeout=10) as http:
            answer = await http.post(f"{base}/api/v1/widget/sessions", json={})
            answer.raise_for_status()
        parts = urlsplit(base)
        scheme = "wss" if parts.scheme == "https" else "ws"
        async with connect(f"{scheme}://{parts.netloc}/api/v1/widget/ws") as socket:
            hello = {"type": "hello", "session_token": answer.json()["session_token"], "last_seq": 0}
            await socket.send(json.dumps(hello))
            await _Terminal(socket).run()
    except (httpx.HTTPError, OSError, ConnectionClosed) as error:
        raise Unavailable(f"Cannot talk to {base}: {type(error).__name__}. Start it with 'make run'.") from error


class _Terminal:
    """Prints what comes, sends what is typed."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._buttons: list[Mapping[str, str]] = []

    async def run(self) -> None:
        tasks = [asyncio.create_task(work) for work in (self._show(), self._ping(), self._type())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()

    async def _type(self) -> None:
        while line := (await asyncio.to_thread(_read_line)).strip():
            frame: dict[str, Any] = {"type": "message", "client_message_id": str(uuid.uuid4()), "text": line}
            if line.isdigit() and 0 < int(line) <= len(self._buttons):
                button = self._buttons[int(line) - 1]
                frame |= {"text": button["title"], "payload": button["payload"]}
            await self._socket.send(json.dumps(frame))

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(20)
            await self._socket.send('{"type":"ping"}')

    async def _show(self) -> None:
        async for raw in self._socket:
            frame = json.loads(raw)
            if frame["type"] == "event":
                self._event(frame["event"])
            elif frame["type"] == "error":
                plain.print(f"  ! {frame['message']}", style="red")

    def _event(self, event: Mapping[str, Any]) -> None:
        if event["kind"] == "state":
            plain.print(f"  -- {event['from']} -> {event['to']}", style="dim")
        if event["kind"] != "message" or event["author"]["kind"] == "customer":
            return
        author = event["author"]
        plain.print(f"{author.get('name') or WHO.get(author['kind'], author['kind'])}: {event['text']}", markup=False)
        for source in event.get("sources") or []:
            plain.print(f"  [{source['title']}] {source['url']}", style="dim", markup=False)
        self._buttons = list(event.get("quick_replies") or [])
        for number, button in enumerate(self._buttons, 1):
            plain.print(f"  {number}) {button['title']}", style="cyan", markup=False)


def _read_line() -> str:
    try:
        return input()
    except EOFError:
        return ""
