from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from bot.brain.client import WorkerBrain
from bot.brain.wire import TOKEN_HEADER, result_to_json
from bot.conversation.model import Reply, Signals, TurnMessage, TurnRequest, TurnResult
from bot.errors import BatonError, InvalidInput, Unavailable

REQUEST = TurnRequest("t", "c", (TurnMessage(1, "hello"),))
RESULT = TurnResult((Reply("Hello"),), [], Signals(), "m")
Handler = Callable[[httpx.Request], httpx.Response]


def brain(handler: Handler, *urls: str) -> WorkerBrain:
    return WorkerBrain(urls or ("http://one",), "token-of-the-workers", transport=httpx.MockTransport(handler))


def answer(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json=result_to_json(RESULT))


async def test_a_turn_is_sent_with_the_token_and_comes_back() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answer(request)

    assert await brain(handler).turn(REQUEST) == RESULT
    assert seen[0].headers[TOKEN_HEADER] == "token-of-the-workers"
    assert seen[0].url.path == "/v1/turn"


@pytest.mark.parametrize(
    "error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.RemoteProtocolError, httpx.ReadError]
)
async def test_a_worker_that_is_gone_is_passed_over(error: type[httpx.TransportError]) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.host == "one":
            raise error("gone")
        return answer(request)

    both = brain(handler, "http://one", "http://two")
    for _ in range(4):
        assert await both.turn(REQUEST) == RESULT


async def test_turns_are_spread_over_the_workers() -> None:
    hosts: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        return answer(request)

    both = brain(handler, "http://one", "http://two")
    for _ in range(4):
        await both.turn(REQUEST)
    assert sorted(hosts) == ["one", "one", "two", "two"]


async def test_no_worker_at_all_is_unavailable() -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(Unavailable) as error:
        await brain(handler, "http://one", "http://two").turn(REQUEST)
    assert error.value.code == "worker_unavailable"


async def test_a_slow_worker_is_unavailable_and_not_asked_twice() -> None:
    asked = 0

    def handler(_: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        raise httpx.ReadTimeout("slow")

    with pytest.raises(Unavailable) as error:
        await brain(handler, "http://one", "http://two").turn(REQUEST)
    assert error.value.code == "worker_timeout"
    assert asked == 1


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(503, "no_model", Unavailable), (422, "bad_turn", InvalidInput), (500, "silent_turn", BatonError)],
)
async def test_a_workers_error_keeps_its_code(status: int, code: str, kind: type[BatonError]) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json={"error": {"code": code, "message": "why", "details": {}}})

    with pytest.raises(kind) as error:
        await brain(handler).turn(REQUEST)
    assert error.value.code == code


async def test_an_answer_that_is_no_json_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        await brain(lambda _: httpx.Response(200, text="<html>")).turn(REQUEST)


async def test_an_unreachable_worker_shows_in_the_health() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.host == "one":
            raise httpx.ConnectError("refused")
        return httpx.Response(200, json={"status": "ready"})

    health = await brain(handler, "http://one", "http://two").health()
    assert [item["status"] for item in health] == ["unreachable", "ready"]
