from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.brain.client import WorkerBrain
from bot.brain.transport import Broken, HttpTransport, Slow, Unreached
from bot.brain.wire import TOKEN_HEADER, result_to_json
from bot.conversation.model import Reply, Signals, TurnMessage, TurnRequest, TurnResult
from bot.errors import BatonError, InvalidInput, Unavailable

REQUEST = TurnRequest("t", "c", (TurnMessage(1, "hello"),))
RESULT = TurnResult((Reply("Hello"),), [], Signals(), "m")
TOKEN = "token-of-the-workers"
Handler = Callable[[str], tuple[int, Any]]


class FakeTransport:
    """Answers by host."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def request(self, method: str, url: str, body: bytes | None) -> tuple[int, bytes]:
        status, answer = self._handler(urlsplit(url).hostname or "")
        return status, answer if isinstance(answer, bytes) else json.dumps(answer).encode()

    async def aclose(self) -> None:
        return None


def brain(handler: Handler, *urls: str) -> WorkerBrain:
    return WorkerBrain(urls or ("http://one",), TOKEN, transport=FakeTransport(handler))


def answer(_: str) -> tuple[int, Any]:
    return 200, result_to_json(RESULT)


@pytest.mark.parametrize("error", [Unreached, Broken])
async def test_a_worker_that_is_gone_is_passed_over(error: type[Exception]) -> None:
    def handler(host: str) -> tuple[int, Any]:
        if host == "one":
            raise error("gone")
        return answer(host)

    both = brain(handler, "http://one", "http://two")
    for _ in range(4):
        assert await both.turn(REQUEST) == RESULT


async def test_turns_are_spread_over_the_workers() -> None:
    hosts: list[str] = []

    def handler(host: str) -> tuple[int, Any]:
        hosts.append(host)
        return answer(host)

    both = brain(handler, "http://one", "http://two")
    for _ in range(4):
        await both.turn(REQUEST)
    assert sorted(hosts) == ["one", "one", "two", "two"]


async def test_no_worker_at_all_is_unavailable() -> None:
    def handler(_: str) -> tuple[int, Any]:
        raise Unreached("refused")

    with pytest.raises(Unavailable) as error:
        await brain(handler, "http://one", "http://two").turn(REQUEST)
    assert error.value.code == "worker_unavailable"


async def test_a_slow_worker_is_unavailable_and_not_asked_twice() -> None:
    asked = 0

    def handler(_: str) -> tuple[int, Any]:
        nonlocal asked
        asked += 1
        raise Slow("slow")

    with pytest.raises(Unavailable) as error:
        await brain(handler, "http://one", "http://two").turn(REQUEST)
    assert error.value.code == "worker_timeout"
    assert asked == 1


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(503, "no_model", Unavailable), (422, "bad_turn", InvalidInput), (500, "silent_turn", BatonError)],
)
async def test_a_workers_error_keeps_its_code(status: int, code: str, kind: type[BatonError]) -> None:
    def handler(_: str) -> tuple[int, Any]:
        return status, {"error": {"code": code, "message": "why", "details": {}}}

    with pytest.raises(kind) as error:
        await brain(handler).turn(REQUEST)
    assert error.value.code == code


async def test_an_answer_that_is_no_json_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        await brain(lambda _: (200, b"<html>")).turn(REQUEST)


async def test_an_unreachable_worker_shows_in_the_health() -> None:
    def handler(host: str) -> tuple[int, Any]:
        if host == "one":
            raise Unreached("refused")
        return 200, {"status": "ready"}

    health = await brain(handler, "http://one", "http://two").health()
    assert [item["status"] for item in health] == ["unreachable", "ready"]


@asynccontextmanager
async def served(answer: bytes | None, seen: list[bytes]) -> AsyncIterator[str]:
    """A server that reads a request and says `answer`; None: it hangs up instead."""
    quiet = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-len")
        )
        seen.append(head + await reader.readexactly(length))
        if answer == b"":
            await quiet.wait()
        elif answer is not None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(answer), answer))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        quiet.set()
        server.close()


async def test_over_a_real_connection_a_turn_is_sent_with_the_token_and_comes_back() -> None:
    seen: list[bytes] = []
    async with served(json.dumps(result_to_json(RESULT)).encode(), seen) as url:
        real = WorkerBrain((url,), TOKEN)
        try:
            assert await real.turn(REQUEST) == RESULT
        finally:
            await real.aclose()
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/turn HTTP/1.1\r\n")
    assert f"{TOKEN_HEADER}: {TOKEN}".encode() in head
    assert json.loads(body)["turn_id"] == "t"


async def test_over_a_real_connection_failures_are_told_apart() -> None:
    transport = HttpTransport({}, seconds=0.2, connect_seconds=5.0)
    async with served(None, []) as gone:
        with pytest.raises(Broken):
            await transport.request("POST", gone, b"{}")
    with pytest.raises(Unreached):
        await transport.request("POST", gone, b"{}")
    async with served(b"", []) as silent:
        with pytest.raises(Slow):
            await transport.request("POST", silent, b"{}")
    await transport.aclose()
