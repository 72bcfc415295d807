"""A worker's host and its HTTP side over a really trained model."""

from __future__ import annotations

import asyncio
import gc
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from rasa.core.processor import MessageProcessor

from bot.brain.app import create_app
from bot.brain.host import Host
from bot.brain.wire import TOKEN_HEADER, request_to_json, result_from_json
from bot.conversation.model import TurnMessage, TurnRequest
from bot.errors import Unavailable
from bot.training.registry import Registry
from kb_index.errors import IndexMissing
from kb_index.search import KnowledgeBase
from tests.talking import demo_shop, knowledge, trained_archive

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
TOKEN = "a-token-for-tests-only"


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    found = Registry(tmp_path)
    found.promote(found.register(trained_archive(), "data", {}).id)
    return found


@pytest.fixture
async def host(tmp_path: Path, registry: Registry) -> AsyncIterator[Host]:
    made = Host(tmp_path, knowledge, demo_shop)
    await made.start()
    yield made
    await made.stop()


def client(host: Host, token: str = TOKEN) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_app(host, TOKEN))
    return httpx.AsyncClient(transport=transport, base_url="http://worker", headers={TOKEN_HEADER: token})


def turn(number: int, text: str = "how much does express delivery cost?") -> TurnRequest:
    return TurnRequest(f"t{number}", f"c{number}", (TurnMessage(1, text),), known={"agents_available": True})


async def test_nothing_is_answered_without_the_token(host: Host) -> None:
    for token in ("", "wrong", TOKEN + "x"):
        async with client(host, token) as stranger:
            assert (await stranger.get("/health")).status_code == 401
            refused = await stranger.post("/v1/turn", json=request_to_json(turn(1)))
            assert refused.json()["error"]["code"] == "bad_worker_token"


async def test_a_turn_over_http_is_answered_with_its_source(host: Host) -> None:
    async with client(host) as gateway:
        response = await gateway.post("/v1/turn", json=request_to_json(turn(1)))
    result = result_from_json(response.json())
    assert "£6.95" in result.replies[0].text
    assert result.replies[0].sources[0]["url"] == "/help/express-delivery"
    assert result.model_id == host.health()["model_id"]


async def test_parse_ask_and_search_have_the_form_of_the_commands(host: Host) -> None:
    async with client(host) as gateway:
        parse = (await gateway.post("/v1/parse", json={"text": "where is my order 1042"})).json()
        ask = (await gateway.post("/v1/ask", json={"text": "how much is express delivery"})).json()
        search = (await gateway.post("/v1/search", json={"query": "return label", "limit": 3})).json()
    assert parse["intent"]["name"] == "order_status"
    assert {"intent", "ranking", "entities", "out_of_scope", "frustration"} <= parse.keys()
    assert parse["entities"][0]["value"] == "1042"
    assert ask["answerable"]
    assert set(ask["sources"][0]) == {"article_id", "title", "url", "score"}
    assert len(search["items"]) == 3
    assert set(search["items"][0]) == {"article_id", "title", "url", "snippet", "score"}


@pytest.mark.parametrize(
    ("path", "content", "code"),
    [
        ("/v1/turn", b"not json", "bad_json"),
        ("/v1/turn", b"{}", "version_mismatch"),
        ("/v1/parse", b'{"text": 7}', "bad_field"),
        ("/v1/search", b'{"query": "x", "limit": 9999}', "bad_limit"),
    ],
)
async def test_a_bad_request_is_refused_with_a_code(host: Host, path: str, content: bytes, code: str) -> None:
    async with client(host) as gateway:
        response = await gateway.post(path, content=content)
    assert response.status_code == 422
    assert response.json()["error"]["code"] == code


async def test_a_turn_that_breaks_is_an_error_with_a_code(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_: TurnRequest) -> None:
        raise RuntimeError("something nobody thought of")

    monkeypatch.setattr(host, "turn", broken)
    async with client(host) as gateway:
        response = await gateway.post("/v1/turn", json=request_to_json(turn(1)))
    assert response.status_code == 500
    assert response.json()["error"] == {
        "code": "worker_failed",
        "message": "The worker failed on this request.",
        "details": {},
    }


async def test_health_answers_while_turns_are_computed(host: Host) -> None:
    turns = [asyncio.create_task(host.turn(turn(number))) for number in range(10)]
    async with client(host) as gateway:
        async with asyncio.timeout(30):
            health = await gateway.get("/health")
    assert health.json()["status"] == "ready"
    assert not all(task.done() for task in turns)
    assert all(result.replies for result in await asyncio.gather(*turns))


async def test_a_promoted_model_takes_over_and_no_turn_is_lost(host: Host, registry: Registry) -> None:
    first = host.health()["model_id"]
    second = registry.register(trained_archive(), "data", {}).id
    turns = [asyncio.create_task(host.turn(turn(number))) for number in range(12)]
    registry.promote(second)
    await host.renew()
    after = await host.turn(turn(99))
    results = await asyncio.gather(*turns)
    assert after.model_id == second
    assert {result.model_id for result in results} <= {first, second}
    assert all("£6.95" in result.replies[0].text for result in results)
    registry.rollback()
    await host.renew()
    assert (await host.turn(turn(100))).model_id == first


async def test_models_that_were_replaced_leave_the_memory(host: Host, registry: Registry) -> None:
    def models() -> int:
        gc.unfreeze()  # what is there to stay is out of the collector's sight
        gc.collect()
        return sum(isinstance(each, MessageProcessor) for each in gc.get_objects())

    await host.turn(turn(0))
    before = models()
    for number in range(1, 4):
        registry.promote(registry.register(trained_archive(), "data", {}).id)
        await host.renew()
        await host.turn(turn(number))
        assert host.figures.model_swaps == number
    assert models() == before


async def test_an_archive_that_is_not_the_registered_one_is_not_loaded(
    host: Host, registry: Registry, tmp_path: Path
) -> None:
    first = host.health()["model_id"]
    second = registry.register(trained_archive(), "data", {}).id
    registry.promote(second)
    (tmp_path / f"{second}.tar.gz").write_bytes(b"something else")
    await host.renew()
    assert (await host.turn(turn(1))).model_id == first


async def test_a_registered_archive_that_is_no_model_is_refused_and_the_old_one_stays(
    host: Host, registry: Registry, tmp_path: Path
) -> None:
    first = host.health()["model_id"]
    broken = tmp_path / "broken.bin"
    broken.write_bytes(b"no archive")
    second = registry.register(broken, "data", {}).id
    registry.promote(second)
    await host.renew()
    assert host.health()["refused_models"] == [second]
    assert (await host.turn(turn(1))).model_id == first


async def test_a_worker_without_model_or_index_says_so_and_takes_them_up_when_they_come(tmp_path: Path) -> None:
    present: list[KnowledgeBase] = []

    def open_knowledge() -> KnowledgeBase:
        if not present:
            raise IndexMissing("There is no index yet.")
        return present[0]

    empty = Host(tmp_path, open_knowledge, demo_shop)
    await empty.start()
    try:
        assert empty.health()["status"] == "waiting"
        with pytest.raises(Unavailable) as no_model:
            await empty.turn(turn(1))
        assert no_model.value.code == "no_model"
        found = Registry(tmp_path)
        found.promote(found.register(trained_archive(), "data", {}).id)
        present.append(knowledge())
        await empty.renew()
        assert empty.health()["status"] == "ready"
        assert (await empty.turn(turn(2))).replies
    finally:
        await empty.stop()


async def test_a_shop_that_cannot_be_opened_leaves_questions_answered(tmp_path: Path, registry: Registry) -> None:
    def no_shop() -> None:
        raise OSError("no such file")

    made = Host(tmp_path, knowledge, no_shop)  # type: ignore[arg-type]
    await made.start()
    try:
        assert "£6.95" in (await made.turn(turn(1))).replies[0].text
        handed_over = await made.turn(turn(2, "where is order 1042 anna.keller@example.com"))
        assert handed_over.signals.handoff is not None
        assert handed_over.signals.handoff.reason.value == "tool_failure"
    finally:
        await made.stop()
    shutil.rmtree(tmp_path)
