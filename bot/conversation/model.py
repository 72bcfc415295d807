"""What a conversation is: states, people, events, turns. Values only, no behaviour that touches the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

JsonDict = dict[str, Any]


class State(StrEnum):
    """Who has the floor."""

    BOT = "bot"
    QUEUED = "queued"
    AGENT = "agent"
    OFFLINE = "offline"
    CLOSED = "closed"


class Reason(StrEnum):
    """Why a conversation was handed over."""

    CUSTOMER_REQUEST = "customer_request"
    FRUSTRATION = "frustration"
    REPEATED_MISUNDERSTANDING = "repeated_misunderstanding"
    MISSING_KNOWLEDGE = "missing_knowledge"
    UNSUPPORTED_REQUEST = "unsupported_request"
    POLICY = "policy"
    TOOL_FAILURE = "tool_failure"
    SENSITIVE_TOPIC = "sensitive_topic"
    BOT_FAILURE = "bot_failure"


class Priority(StrEnum):
    """How soon a person is needed; `rank` orders the queue, highest first."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        """0 for low up to 3 for urgent."""
        return ("low", "normal", "high", "urgent").index(self.value)


class AuthorKind(StrEnum):
    """Who wrote a message."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Author:
    """Writer of a message; `id` is a staff id and never leaves for a customer."""

    kind: AuthorKind
    name: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """A person who writes to the shop. `verified` only by a signed identity."""

    id: str
    name: str | None = None
    email: str | None = None
    verified: bool = False
    external_id: str | None = None
    locale: str | None = None
    conversations: int = 0


@dataclass(frozen=True, slots=True)
class CustomerProfile:
    """What a page or a signed identity says of a customer. With `verified` the `external_id` names the person."""

    name: str | None = None
    email: str | None = None
    verified: bool = False
    external_id: str | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    """An agent, editor or admin as the core needs to know one."""

    id: str
    name: str
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of the bot or the service to the customer, not yet stored."""

    text: str
    quick_replies: tuple[Mapping[str, str], ...] = ()  # {"title","payload"}
    sources: tuple[Mapping[str, str], ...] = ()  # {"title","url"}
    cards: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the log. `seq` rises by one per conversation; private events never reach a customer."""

    conversation_id: str
    seq: int
    at: datetime
    kind: str
    data: Mapping[str, Any]
    private: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as stored; changed only by the conversation service."""

    id: str
    customer: Customer
    state: State
    last_seq: int
    created_at: datetime
    updated_at: datetime
    state_since: datetime
    channel: str = "widget"
    assignee_id: str | None = None
    assignee_name: str | None = None
    team: str | None = None
    priority: Priority = Priority.NORMAL
    reason: Reason | None = None
    wait_started_at: datetime | None = None
    closed_at: datetime | None = None
    snoozed_until: datetime | None = None
    labels: tuple[str, ...] = ()
    episode: int = 1
    context_from_turn: int = 0
    customer_read_seq: int = 0
    agent_read_seq: int = 0
    last_message: str | None = None
    last_message_at: datetime | None = None
    last_customer_seq: int = 0
    handoff: Mapping[str, Any] | None = None
    contact_email: str | None = None
    page_url: str | None = None
    locale: str | None = None
    wanted_agent_id: str | None = None  # a transfer named this agent; anybody may still claim
    queue_position: int | None = None  # as last told to the customer
    queue_eta_seconds: int | None = None
    turn_number: int = 0  # turns the bot has finished in this conversation
    answered_seq: int = 0  # customer messages up to here are answered or handed over; later ones have an open turn
    failed_attempts: int = 0  # times in a row that the bot was not understood, as its last turn counted them


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a sender is told once the message is stored. `duplicate`: this is the first result of a re-sent message."""

    message_id: str
    seq: int
    duplicate: bool
    state: State


@dataclass(frozen=True, slots=True)
class Draft:
    """An agent's unsent words, kept with the conversation."""

    text: str
    staff_id: str
    staff_name: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Episode:
    """The figures of one run from opening or reopening to closing."""

    conversation_id: str
    number: int
    channel: str
    opened_at: datetime
    first_customer_at: datetime | None = None
    customer_messages: int = 0
    bot_replies: int = 0
    turns_failed: int = 0
    answered: int = 0
    clarified: int = 0
    offered_human: int = 0
    escalated_at: datetime | None = None
    reason: Reason | None = None
    queued_at: datetime | None = None
    queued_position: int | None = None  # place in line when queued; with the wait it gives the seconds a place
    claimed_at: datetime | None = None
    first_agent_reply_at: datetime | None = None
    agent_id: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    outcome: str | None = None
    csat: int | None = None
    nps: int | None = None
    ces: int | None = None
    csat_comment: str | None = None
    abandoned: bool = False


class TurnStatus(StrEnum):
    """Where a turn is. At most one turn of a conversation is pending or running."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    DROPPED = "dropped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer owed to a customer. `covers_to` is the last message the running attempt answers."""

    id: str
    conversation_id: str
    status: TurnStatus
    created_at: datetime
    not_before: datetime
    episode: int = 1
    number: int = 0
    failures: int = 0
    lease: str | None = None
    lease_until: datetime | None = None
    covers_to: int = 0
    told_slow: bool = False


@dataclass(frozen=True, slots=True)
class TurnMessage:
    """A customer's message as the brain gets it. A `payload` comes from a button the bot itself offered."""

    seq: int
    text: str
    payload: str | None = None
    client_message_id: str | None = None


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """Everything a worker needs to compute one turn; workers remember nothing.

    `tracker_events` are Rasa events (dicts) since the dialogue context began, oldest first.
    `known` is what is known around the conversation: customer {id,name,email,verified,external_id},
    locale, agents_available (bool), next_opening (ISO time or null), failed_attempts (int),
    turn_number (int), returning (bool).
    """

    turn_id: str
    conversation_id: str
    messages: tuple[TurnMessage, ...]
    tracker_events: Sequence[JsonDict] = ()
    known: Mapping[str, Any] = field(default_factory=dict)
    model_id: str | None = None
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class TakenTurn:
    """A leased turn and what the worker needs for it; its answer counts only while the turn has that lease."""

    turn: Turn
    request: TurnRequest

    @property
    def lease(self) -> str:
        """The lease that this taking was given."""
        return self.turn.lease or ""


@dataclass(frozen=True, slots=True)
class Lease:
    """Somebody's word to compute a turn, good for so many seconds unless renewed."""

    id: str
    seconds: float


@dataclass(frozen=True, slots=True)
class HandoffRequest:
    """The bot's wish to pass the conversation on: why, on what evidence, to whom, how urgent.

    `evidence` items: {"seq", "quote", "signal", "value"}.
    """

    reason: Reason
    evidence: tuple[Mapping[str, Any], ...] = ()
    priority: Priority = Priority.NORMAL
    team: str | None = None
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class Signals:
    """What a turn found out. `outcome` is one of answered, clarified, offered_human, escalated, failed.

    intents: {"seq","name","confidence"}; sentiment: {"seq","frustration","urgency"} (0..1).
    """

    outcome: str = "answered"
    intents: tuple[Mapping[str, Any], ...] = ()
    sentiment: tuple[Mapping[str, Any], ...] = ()
    slots: Mapping[str, Any] = field(default_factory=dict)
    orders: tuple[Mapping[str, Any], ...] = ()
    failed_attempts: int = 0
    unanswered: str | None = None
    contact_email: str | None = None
    close: bool = False
    handoff: HandoffRequest | None = None


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What a worker answers. `tracker_events` are the new ones only; `timings` are milliseconds a stage."""

    replies: tuple[Reply, ...]
    tracker_events: Sequence[JsonDict]
    signals: Signals
    model_id: str
    timings: Mapping[str, float] = field(default_factory=dict)
