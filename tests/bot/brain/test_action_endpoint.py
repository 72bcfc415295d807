from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from rasa_sdk import Action

from actions.turn import Turn, current_turn, enter_turn
from bot.brain.action_endpoint import LocalActions

SECRET = "anna@example.com said this"


class _Breaks(Action):
    def name(self) -> str:
        return "action_that_breaks"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        raise ValueError(SECRET)


class _Hangs(Action):
    def name(self) -> str:
        return "action_that_hangs"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        await asyncio.Event().wait()
        return []


def call(name: str) -> dict[str, Any]:
    return {"next_action": name, "tracker": {"sender_id": "c", "slots": {}, "events": []}, "domain": {}}


@pytest.fixture
def actions() -> LocalActions:
    enter_turn(Turn("t", "c"))
    return LocalActions(seconds=0.05)


@pytest.mark.parametrize("name", ["action_that_breaks", "action_that_hangs", "action_that_does_not_exist"])
async def test_an_action_that_fails_is_noted_in_the_turn_and_ends_it(actions: LocalActions, name: str) -> None:
    answer = await actions.request(json=call(name))
    assert current_turn().findings.failed_action == name
    assert answer["responses"] == []
    assert answer["events"] == [{"event": "followup", "name": "action_listen"}]


async def test_what_an_action_raised_does_not_reach_the_log(
    actions: LocalActions, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await actions.request(json=call("action_that_breaks"))
    assert "ValueError" in caplog.text
    assert SECRET not in caplog.text
