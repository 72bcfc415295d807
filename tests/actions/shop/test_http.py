import asyncio

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from actions.shop.http import HttpShop
from actions.shop.port import OrderChangeRefused, Refusal, ShopUnavailable
from actions.shop.seed import seed
from actions.shop.sql import sql_shop
from tests.actions.shop.shop_server import serving, shop_app
from tests.contracts.shop import DATA, TODAY, ShopContract


class TestHttpShop(ShopContract):
    @pytest.fixture(scope="class")
    def seeded(self, tmp_path_factory):
        path = tmp_path_factory.mktemp("shop") / "shop.db"
        seed(path, DATA, TODAY)
        return path.read_bytes()

    @pytest.fixture
    async def shop(self, tmp_path, seeded):
        database = tmp_path / "shop.db"
        database.write_bytes(seeded)
        behind = sql_shop(database, lambda: TODAY)
        async with serving(shop_app(behind)) as address:
            shop = HttpShop(address)
            yield shop
            await shop.aclose()
        await behind.aclose()


class Answers:
    """A server that gives one answer after the other, the last one for ever, and keeps what it was asked."""

    def __init__(self, *answers: Response, delay: float = 0.0):
        self.answers, self.delay, self.asked = list(answers), delay, []

    async def __call__(self, scope, receive, send):
        self.asked.append((scope["method"], scope["path"], dict(scope["headers"])))
        await asyncio.sleep(self.delay)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        await answer(scope, receive, send)


DOWN = PlainTextResponse("down", status_code=503)
EMPTY = JSONResponse({"items": []})


async def test_a_read_is_tried_once_more():
    answers = Answers(DOWN, EMPTY)
    async with serving(answers) as address:
        assert await HttpShop(address).products("tent") == ()
    assert len(answers.asked) == 2


async def test_a_read_that_fails_twice_is_unavailable():
    answers = Answers(DOWN)
    async with serving(answers) as address:
        with pytest.raises(ShopUnavailable):
            await HttpShop(address).order("1042")
    assert len(answers.asked) == 2


async def test_a_change_is_sent_once_with_its_key():
    answers = Answers(DOWN)
    async with serving(answers) as address:
        with pytest.raises(ShopUnavailable):
            await HttpShop(address).cancel_order("FH-1042", idempotency_key="key-1")
    [(method, path, headers)] = answers.asked
    assert (method, path, headers[b"idempotency-key"]) == ("POST", "/orders/1042/cancel", b"key-1")


async def test_a_slow_shop_is_unavailable():
    async with serving(Answers(EMPTY, delay=1.0)) as address:
        with pytest.raises(ShopUnavailable):
            await HttpShop(address, timeout=0.05).products()


async def test_a_shop_that_is_not_there_is_unavailable(free_port):
    with pytest.raises(ShopUnavailable):
        await HttpShop(f"http://127.0.0.1:{free_port}").order("1042")


@pytest.mark.parametrize(
    "answer",
    [
        PlainTextResponse("<html>welcome"),
        JSONResponse({"number": "1042"}),
        JSONResponse([]),
        JSONResponse({}, status_code=401),
        JSONResponse({}, status_code=302, headers={"location": "/elsewhere"}),
    ],
)
async def test_an_answer_that_makes_no_sense_is_unavailable(answer):
    async with serving(Answers(answer)) as address:
        shop = HttpShop(address)
        with pytest.raises(ShopUnavailable):
            await shop.order("1042")
        with pytest.raises(ShopUnavailable):
            await shop.products()
        with pytest.raises(ShopUnavailable):
            await shop.cancel_order("1042", idempotency_key="k")


async def test_a_refusal_this_version_does_not_know_keeps_its_words():
    answer = JSONResponse({"error": {"code": "moon_phase", "message": "Not today."}}, status_code=409)
    async with serving(Answers(answer)) as address:
        with pytest.raises(OrderChangeRefused) as caught:
            await HttpShop(address).cancel_order("1042", idempotency_key="k")
    assert (caught.value.refusal, caught.value.message_for_customer) == (Refusal.OTHER, "Not today.")


async def test_the_password_of_the_address_is_sent_as_authentication():
    answers = Answers(EMPTY)
    async with serving(answers) as address:
        await HttpShop(address.replace("http://", "http://baton:s%40cret@")).products()
    assert answers.asked[0][2][b"authorization"].startswith(b"Basic ")
