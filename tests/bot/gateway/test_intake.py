"""When the bot falls behind, new customers are put off before those who are there suffer."""

import asyncio

import pytest

from bot.errors import Unavailable
from bot.gateway.intake import Intake
from tests.support.house import House, is_message
from tests.support.waiting import eventually


def intake(turns: int, oldest: float) -> Intake:
    return Intake(lambda: (turns, oldest), most_turns=100, most_seconds=30, places=8)


@pytest.mark.parametrize(("turns", "oldest"), [(0, 0), (99, 29), (8, 300), (1, 1000)])
def test_a_line_that_moves_and_a_turn_that_is_stuck_keep_nobody_out(turns, oldest):
    intake(turns, oldest).check()


@pytest.mark.parametrize(("turns", "oldest"), [(100, 1), (9, 30), (5000, 400)])
def test_a_line_too_long_or_too_slow_puts_new_customers_off(turns, oldest):
    waits = set()
    for _ in range(20):
        with pytest.raises(Unavailable) as refused:
            intake(turns, oldest).check()
        assert refused.value.code == "too_busy"
        waits.add(refused.value.retry_after)
    assert 5 <= min(waits) <= max(waits) <= 120
    assert len(waits) > 1  # they do not come back together


async def test_new_sessions_are_put_off_while_those_who_are_there_are_served_and_welcome_afterwards():
    gate = asyncio.Event()
    owed = Intake(lambda: house.dispatcher.owed, most_turns=12, most_seconds=1000, places=8)
    async with House(admit=owed.check) as house:
        echo = house.brain.script

        async def slow(request):
            await gate.wait()
            return echo(request)

        house.brain.script = slow
        tokens = [(await house.session())["session_token"] for _ in range(12)]
        for number, token in enumerate(tokens):
            answer = await house.http.post(
                "/api/v1/widget/messages",
                json={"client_message_id": f"m{number}", "text": "anybody there?"},
                headers={"Authorization": f"Bearer {token}"},
            )
            assert answer.status_code == 201
        await eventually(lambda: house.dispatcher.owed[0] == 12, timeout=30)
        refused = await house.http.post("/api/v1/widget/sessions", json={})
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "too_busy")
        assert int(refused.headers["retry-after"]) >= 5
        again = await house.http.post("/api/v1/widget/sessions", json={"session_token": tokens[0]})
        assert again.status_code == 201
        async with house.socket(tokens[0]) as client:
            await client.say("still me")
            await client.until("ack", timeout=30)
            gate.set()
            await client.until(is_message("bot", "still me"), timeout=30)
        await eventually(lambda: house.dispatcher.owed[0] == 0, timeout=30)
        assert (await house.http.post("/api/v1/widget/sessions", json={})).status_code == 201
