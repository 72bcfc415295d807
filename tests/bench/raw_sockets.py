"""Many websockets from one process that does next to nothing: it reads bytes and notes when they came.

A client that makes objects of frames takes as long for five hundred of them as the server that sends them. Here
sockets are read by `epoll`, frames are not taken apart, and what is looked for is looked for in the bytes.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import multiprocessing
import os
import select
import socket
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

MASK = b"\0\0\0\0"
"""A mask that changes nothing is a mask."""
AT_ONCE, SESSIONS_AT_ONCE = 64, 16
CHUNK = 1 << 16


def client_frame(frame: Mapping[str, Any]) -> bytes:
    """A JSON text frame as a client sends it."""
    text = json.dumps(frame, separators=(",", ":")).encode()
    length = len(text)
    head = bytes((0x81, 0x80 | length)) if length < 126 else bytes((0x81, 0xFE)) + length.to_bytes(2, "big")
    return head + MASK + text


PING = client_frame({"type": "ping"})


class RawSockets:
    """Open sockets of one address, read all together, each with a ping every so many seconds. Use from one thread, or
    a process of its own."""

    def __init__(self, host: str, port: int, path: str, ping_every: float) -> None:
        self._host, self._port = host, port
        self._path = path
        self._ping_every = ping_every
        self._due: deque[tuple[float, int]] = deque()
        self._epoll = select.epoll()
        self._by_number: dict[int, socket.socket] = {}
        self.lost = 0

    def open(self, hellos: Sequence[Mapping[str, Any]], seconds: float = 60.0) -> int:
        """One socket more for each first frame; returns how many there are when each has been welcomed."""
        until = time.monotonic() + seconds
        for first in range(0, len(hellos), AT_ONCE):
            opened = [self._connect(hello) for hello in hellos[first : first + AT_ONCE]]
            self._welcomed({one.fileno(): b"" for one in opened}, until)
        return len(self._by_number)

    def _welcomed(self, unwelcomed: dict[int, bytes], until: float) -> None:
        while unwelcomed:
            if time.monotonic() > until:
                raise TimeoutError(f"{len(self._by_number)} sockets opened, {self.lost} lost")
            for number, data in self._read(1.0):
                if number in unwelcomed:
                    unwelcomed[number] += data
                    if b'"welcome"' in unwelcomed[number]:
                        del unwelcomed[number]

    def send(self, frame: Mapping[str, Any]) -> None:
        """The same frame from every socket."""
        ready = client_frame(frame)
        for one in self._by_number.values():
            one.send(ready)

    def opened_for(self, count: int) -> int:
        """So many more customers' pages, a few at a time, so that none is silent for long; how many there are then."""
        for first in range(0, count, SESSIONS_AT_ONCE):
            tokens = sessions(self._host, self._port, min(SESSIONS_AT_ONCE, count - first))
            self.open([{"type": "hello", "session_token": token, "last_seq": 0} for token in tokens])
        return len(self._by_number)

    def lost_so_far(self) -> int:
        """Sockets that the other side has closed."""
        return self.lost

    def _connect(self, hello: Mapping[str, Any]) -> socket.socket:
        one = socket.create_connection((self._host, self._port), timeout=30)
        ask = (
            f"GET {self._path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        one.sendall(ask.encode())
        answer = one.recv(CHUNK)
        if not answer.startswith(b"HTTP/1.1 101"):
            raise ConnectionError(answer[:200].decode(errors="replace"))
        one.sendall(client_frame(hello))
        one.setblocking(False)
        self._epoll.register(one.fileno(), select.EPOLLIN)
        self._by_number[one.fileno()] = one
        self._due.append((time.monotonic() + self._ping_every, one.fileno()))
        return one

    def _ping(self) -> None:
        now = time.monotonic()
        while self._due and self._due[0][0] <= now:
            due, number = self._due.popleft()
            if number in self._by_number:
                with suppress(ConnectionError):  # the other side has closed it, which is read and counted soon
                    self._by_number[number].send(PING)
                self._due.append((max(due, now - 1) + self._ping_every, number))

    def _read(self, wait: float) -> Iterator[tuple[int, bytes]]:
        self._ping()
        for number, _ in self._epoll.poll(wait, 1024):
            try:
                data = os.read(number, CHUNK)
            except ConnectionError:
                data = b""
            if not data:
                self._epoll.unregister(number)
                self._by_number.pop(number).close()
                self.lost += 1
            yield number, data

    def all_told(self, word: bytes, since: float, seconds: float = 60.0) -> list[float]:
        """Read until every socket has been sent the word; seconds from `since` (monotonic) to each, in order of
        arrival."""
        missing, arrived = set(self._by_number), []
        tails: dict[int, bytes] = {}
        while missing:
            if time.monotonic() > since + seconds:
                raise TimeoutError(f"{len(missing)} sockets were not told")
            for number, data in self._read(1.0):
                if number in missing and word in tails.get(number, b"") + data:
                    missing.discard(number)
                    arrived.append(time.monotonic() - since)
                else:
                    tails[number] = data[-len(word) :]
        return arrived

    def idle(self, seconds: float) -> int:
        """Only read, and ping as always; how many pings were answered."""
        until, answered = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            answered += sum(data.count(b'"pong"') for _, data in self._read(0.05))
        return answered

    def close(self) -> None:
        """Leave."""
        for one in self._by_number.values():
            one.close()
        self._epoll.close()


def sessions(host: str, port: int, count: int) -> list[str]:
    """Tokens of so many new customers, who all come at once."""
    lines = [http.client.HTTPConnection(host, port, timeout=60) for _ in range(count)]
    for line in lines:
        line.request("POST", "/api/v1/widget/sessions", b"{}", {"Content-Type": "application/json"})
    tokens = [json.loads(line.getresponse().read())["session_token"] for line in lines]
    for line in lines:
        line.close()
    return tokens


class Apart:
    """`RawSockets` in a process of its own, so that what the client spends is not the gateway's nor the bench's."""

    def __init__(self, host: str, port: int, path: str, ping_every: float) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._line, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_attend, args=(theirs, host, port, path, ping_every), daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        """The client's process."""
        assert self._process.pid is not None
        return self._process.pid

    async def ask(self, what: str, *given: Any) -> Any:
        """Call a method of the other process's `RawSockets`; raises what it raises."""
        self._line.send((what, given))
        answer = await asyncio.to_thread(self._line.recv)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """End the process, and with it its sockets."""
        self._process.kill()
        self._process.join()


def _attend(line: Connection, host: str, port: int, path: str, ping_every: float) -> None:
    raw = RawSockets(host, port, path, ping_every)
    while True:
        what, given = line.recv()
        try:
            line.send(getattr(raw, what)(*given))
        except Exception as error:  # raised again by who asked
            line.send(error)
