"""Load customers against a whole gateway, through real sockets."""

import pytest

from bot.errors import Unavailable
from bot.gateway.sessions import operator_proof
from bot.load.bench import bench
from bot.load.customer import CLOSED, LoadCustomer, connections
from tests.support.house import SECRET, House


def proof_of(house: House) -> str:
    return operator_proof(SECRET, house.clock.now())


async def test_customers_are_answered_and_nothing_is_lost_or_double():
    async with House() as house:
        report = await bench(3, 1.0, f"http://{house.address}", proof_of(house), ["hello", "where is it"])
    assert report.messages >= 3
    assert (report.errors, report.lost, report.duplicated) == (0, 0, 0)
    assert len(house.brain.requests) == report.messages
    assert 0 < report.ack_ms["p50"] <= report.reply_ms["p50"]


async def test_who_comes_back_goes_on_where_they_had_read():
    async with House() as house, connections() as http:
        customer = LoadCustomer(http, f"http://{house.address}", proof_of(house))
        await customer.open()
        first = await customer.say("one", 30)
        await customer.reconnect()
        second = await customer.say("two", 30)
        await customer.close()
    assert [reply["text"] for sent in (first, second) for reply in sent.replies] == ["You said: one", "You said: two"]
    assert customer.duplicate_seqs == 0


async def test_a_refused_message_and_an_ended_session_are_told_apart_from_an_answer():
    async with House() as house, connections() as http:
        customer = LoadCustomer(http, f"http://{house.address}", proof_of(house))
        await customer.open()
        assert (await customer.say("y" * 5000, 30)).error == "text_too_long"
        customer.token = "not a token"
        await customer.reconnect()  # the server says that it does not know the session, and closes
        assert (await customer.say("hello", 30)).error == CLOSED
        await customer.close()


async def test_nobody_there_is_unavailable():
    async with connections() as http:
        with pytest.raises(Unavailable):
            await LoadCustomer(http, "http://127.0.0.1:9", None).open()
