"""What the desk lists: conversations with what an agent must see of them without opening one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.conversation.model import Conversation, State
from bot.errors import InvalidInput

WAITING = (State.QUEUED, State.OFFLINE)
LIST_LIMIT = 200
QUERY_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter. `assignee` is an account id; `unassigned` asks for those without one. `q` is looked for in the
    customer's name and e-mail and in message texts, without regard to case."""

    states: tuple[State, ...] = ()
    assignee: str | None = None
    unassigned: bool = False
    customer_id: str | None = None
    q: str | None = None
    limit: int = LIST_LIMIT


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation in a list. `unread` counts the customer's messages that no agent has read or answered;
    `unanswered_since` is when the oldest customer's message without an agent's answer after it was written."""

    conversation: Conversation
    unread: int
    unanswered_since: datetime | None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A conversation in line, with what its customer was told last and whose turn it is to take it. `joined_at` is when
    it came to the line, which for one that was passed on is later than `waiting_since`."""

    conversation_id: str
    waiting_since: datetime
    told_position: int | None
    told_eta_seconds: int | None
    joined_at: datetime
    team: str | None
    wanted_agent_id: str | None


@dataclass(frozen=True, slots=True)
class Offered:
    """A conversation in line was this agent's to take, or theirs until then."""

    conversation_id: str
    agent_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A conversation with an agent who owes an answer since `since`."""

    conversation_id: str
    agent_id: str
    since: datetime


class ConversationList(Protocol):
    """Reads lists of conversations; changes nothing."""

    async def find(self, wanted: Wanted) -> list[Listed]:
        """Those that fit: waiting ones first, most urgent and longest waiting first, queued ones with their position;
        then those with agents, with the bot, and closed ones, newest message first."""
        ...

    async def one(self, conversation_id: str) -> Listed:
        """One of them; `NotFound`."""
        ...

    async def counts(self) -> dict[State, int]:
        """How many there are in each state but closed."""
        ...

    async def line(self) -> list[Waiting]:
        """Everybody in state queued, in the order of their turn."""
        ...

    async def seconds_a_place(self) -> float | None:
        """Median seconds a place in line took over the last claims; None before there are enough of them."""
        ...

    async def offered(self, since: datetime) -> list[Offered]:
        """Who was asked since then to take a conversation that is in line now, or had it and lost it."""
        ...

    async def loads(self) -> dict[str, int]:
        """How many conversations each agent has, those put aside not counted."""
        ...

    async def unanswered(self, since_before: datetime) -> list[Unanswered]:
        """Conversations of agents that have waited for an answer since before then."""
        ...

    async def idle(self, quiet_since: datetime, limit: int) -> list[str]:
        """Conversations with the bot in which a customer wrote once and nobody has since before then."""
        ...


def states_of(text: str | None) -> tuple[State, ...]:
    """States from a comma-separated list; `InvalidInput` `bad_state` names the wrong one."""
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    try:
        return tuple(State(name) for name in names)
    except ValueError:
        known = ", ".join(state.value for state in State)
        raise InvalidInput(f"A state is one of {known}.", code="bad_state") from None


def item(listed: Listed, now: datetime) -> dict[str, Any]:
    """A conversation as the desk's list shows it."""
    found = listed.conversation
    waits = found.state in WAITING and found.wait_started_at is not None
    assigned = found.state is State.AGENT and found.assignee_id is not None
    return {
        "id": found.id,
        "state": found.state.value,
        "customer": {
            "id": found.customer.id,
            "name": found.customer.name,
            "email": found.customer.email or found.contact_email,
            "verified": found.customer.verified,
            "conversations": found.customer.conversations,
        },
        "reason": found.reason.value if found.reason else None,
        "priority": found.priority.value,
        "waiting_seconds": _seconds(found.wait_started_at, now) if waits else None,
        "position": listed.position,
        "assignee": {"id": found.assignee_id, "name": found.assignee_name} if assigned else None,
        "last_message": found.last_message,
        "last_message_at": _iso(found.last_message_at),
        "last_seq": found.last_seq,
        "unread": listed.unread,
        "unanswered_since": _iso(listed.unanswered_since),
        "wait_started_at": _iso(found.wait_started_at) if waits else None,
        "team": found.team,
        "wanted_agent_id": found.wanted_agent_id,
        "labels": list(found.labels),
        "snoozed_until": _iso(found.snoozed_until),
        "channel": found.channel,
        "created_at": _iso(found.created_at),
        "updated_at": _iso(found.updated_at),
    }


def items(found: Sequence[Listed], now: datetime) -> list[dict[str, Any]]:
    """A list as the desk shows it."""
    return [item(listed, now) for listed in found]


def _seconds(since: datetime | None, now: datetime) -> int:
    return max(0, int((now - since).total_seconds())) if since else 0


def _iso(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
