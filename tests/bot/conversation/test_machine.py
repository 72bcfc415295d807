from dataclasses import replace

import pytest

from bot.conversation.machine import TABLE, Trigger, allowed, next_state
from bot.conversation.model import Conversation, Customer, State
from bot.errors import Conflict
from tests.bot.conversation.world import NOON

CONVERSATION = Conversation("c", Customer("p"), State.BOT, 1, NOON, NOON, NOON, assignee_id="ann")

# Written out a second time from the design, not read from the table: a slip in either shows.
DESIGNED = {
    "bot": {
        "escalate": "queued",
        "nobody_there": "offline",
        "resolve": "closed",
        "customer_ends": "closed",
        "idle": "closed",
    },
    "queued": {"nobody_there": "offline", "claim": "agent", "back_to_bot": "bot"},
    "offline": {"claim": "agent", "resolve": "closed", "customer_ends": "closed", "idle": "closed"},
    "agent": {
        "return_to_bot": "bot",
        "transfer": "queued",
        "no_answer": "queued",
        "resolve": "closed",
        "customer_ends": "closed",
        "idle": "closed",
    },
    "closed": {"reopen": "bot", "reopen_with_agent": "agent"},
}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("trigger", list(Trigger))
def test_every_change_is_as_designed_and_any_other_is_refused(state: State, trigger: Trigger) -> None:
    conversation = replace(CONVERSATION, state=state)
    wanted = DESIGNED[state].get(trigger)
    assert allowed(state, trigger) == (wanted is not None)
    if wanted is not None:
        assert next_state(conversation, trigger) == wanted
        return
    with pytest.raises(Conflict) as refused:
        next_state(conversation, trigger)
    assert refused.value.code == "wrong_state"
    assert refused.value.details == {"state": state.value, "wanted": trigger.value}


@pytest.mark.parametrize(
    ("state", "trigger"),
    [
        (State.AGENT, Trigger.RETURN_TO_BOT),
        (State.AGENT, Trigger.TRANSFER),
        (State.AGENT, Trigger.NO_ANSWER),
        (State.CLOSED, Trigger.REOPEN_WITH_AGENT),
    ],
)
def test_an_agents_exits_need_an_agent(state: State, trigger: Trigger) -> None:
    with pytest.raises(Conflict):
        next_state(replace(CONVERSATION, state=state, assignee_id=None), trigger)


def test_every_state_can_be_left() -> None:
    assert {state for state, _ in TABLE} == set(State)
