"""Who has the floor and what may change it: one table. Anything that is not in it is refused."""

from __future__ import annotations

from enum import StrEnum

from bot.conversation.model import Conversation, State
from bot.errors import Conflict


class Trigger(StrEnum):
    """What happened."""

    ESCALATE = "escalate"
    NOBODY_THERE = "nobody_there"
    CLAIM = "claim"
    BACK_TO_BOT = "back_to_bot"
    RETURN_TO_BOT = "return_to_bot"
    TRANSFER = "transfer"
    NO_ANSWER = "no_answer"
    RESOLVE = "resolve"
    CUSTOMER_ENDS = "customer_ends"
    IDLE = "idle"
    REOPEN = "reopen"
    REOPEN_WITH_AGENT = "reopen_with_agent"


TABLE: dict[tuple[State, Trigger], State] = {
    (State.BOT, Trigger.ESCALATE): State.QUEUED,
    (State.BOT, Trigger.NOBODY_THERE): State.OFFLINE,
    (State.QUEUED, Trigger.NOBODY_THERE): State.OFFLINE,
    (State.QUEUED, Trigger.CLAIM): State.AGENT,
    (State.OFFLINE, Trigger.CLAIM): State.AGENT,
    (State.QUEUED, Trigger.BACK_TO_BOT): State.BOT,
    (State.AGENT, Trigger.RETURN_TO_BOT): State.BOT,
    (State.AGENT, Trigger.TRANSFER): State.QUEUED,
    (State.AGENT, Trigger.NO_ANSWER): State.QUEUED,
    (State.AGENT, Trigger.RESOLVE): State.CLOSED,
    (State.BOT, Trigger.RESOLVE): State.CLOSED,
    (State.OFFLINE, Trigger.RESOLVE): State.CLOSED,
    (State.AGENT, Trigger.CUSTOMER_ENDS): State.CLOSED,
    (State.BOT, Trigger.CUSTOMER_ENDS): State.CLOSED,
    (State.OFFLINE, Trigger.CUSTOMER_ENDS): State.CLOSED,
    (State.AGENT, Trigger.IDLE): State.CLOSED,
    (State.BOT, Trigger.IDLE): State.CLOSED,
    (State.OFFLINE, Trigger.IDLE): State.CLOSED,
    (State.CLOSED, Trigger.REOPEN): State.BOT,
    (State.CLOSED, Trigger.REOPEN_WITH_AGENT): State.AGENT,
}

_STANDS = {
    State.BOT: "is with the assistant",
    State.QUEUED: "is waiting for a person",
    State.AGENT: "is with a person",
    State.OFFLINE: "waits for the team to come back",
    State.CLOSED: "is closed",
}


def allowed(state: State, trigger: Trigger) -> bool:
    """Whether the table has an entry."""
    return (state, trigger) in TABLE


def next_state(conversation: Conversation, trigger: Trigger) -> State:
    """The state after the trigger; `Conflict` `wrong_state` if the table or a guard refuses it."""
    target = TABLE.get((conversation.state, trigger))
    if target is None or not _guard(conversation, trigger):
        raise wrong_state(conversation, trigger)
    return target


def _guard(conversation: Conversation, trigger: Trigger) -> bool:
    # An agent's exits need an agent: a row in state agent without one is damage that must not spread.
    if trigger in (Trigger.RETURN_TO_BOT, Trigger.TRANSFER, Trigger.NO_ANSWER):
        return conversation.assignee_id is not None
    # Only the agent who had it can be the one to go on.
    return trigger is not Trigger.REOPEN_WITH_AGENT or conversation.assignee_id is not None


def wrong_state(conversation: Conversation, wish: str) -> Conflict:
    """The refusal, naming where the conversation stands."""
    return Conflict(
        f"This conversation {_STANDS[conversation.state]}, so that cannot be done now.",
        code="wrong_state",
        details={"state": conversation.state.value, "wanted": str(wish)},
    )
