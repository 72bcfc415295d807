"""Where conversations are kept, as the core needs it: scripts run inside one transaction.

A script is a plain function over a transaction. It cannot await, so no network call can hold a lock; it may be run
again from the start if the database asked for a retry, so it keeps nothing outside the transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from bot.conversation.model import (
    AuthorKind,
    Conversation,
    Customer,
    Draft,
    Episode,
    Event,
    JsonDict,
    Turn,
    TurnStatus,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """A finished turn as kept: `signals` holds intents, sentiment, slots, orders, failed_attempts and unanswered."""

    turn_id: str
    conversation_id: str
    episode: int
    number: int
    outcome: str
    model_id: str
    finished_at: datetime
    covers: tuple[int, ...]
    signals: JsonDict
    tracker_events: Sequence[JsonDict] = ()
    timings: JsonDict | None = None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to append, with the sender's own key for it if it had one (unique in a conversation)."""

    event: Event
    client_key: str | None = None


class ReadTransaction(Protocol):
    """One consistent view."""

    def conversation(self, conversation_id: str) -> Conversation:
        """The conversation; `NotFound` `conversation_not_found` if there is none."""
        ...

    def newest_conversation(self, customer_id: str) -> Conversation | None:
        """The customer's conversation that was opened last."""
        ...

    def customer(self, customer_id: str) -> Customer | None:
        """The customer of that id."""
        ...

    def customer_by_external_id(self, external_id: str) -> Customer | None:
        """The customer whom the shop knows by that id."""
        ...

    def events(self, conversation_id: str, after: int, limit: int, private: bool) -> list[Event]:
        """Events with `seq` over `after`, in order, at most `limit`; private ones only if asked for."""
        ...

    def messages(self, conversation_id: str, by: AuthorKind | None, after: int, limit: int) -> list[Event]:
        """The newest `limit` messages (of one kind of author, if given) with `seq` over `after`, in order."""
        ...

    def last_message_seq(self, conversation_id: str, up_to: int, not_by: AuthorKind) -> int:
        """`seq` of the last message at or before `up_to` that somebody else wrote; 0 if there is none."""
        ...

    def event_by_client_key(self, conversation_id: str, client_key: str) -> Event | None:
        """The event that a sender's key first made."""
        ...

    def turn(self, turn_id: str) -> Turn | None:
        """The turn of that id."""
        ...

    def context(self, conversation_id: str, after_turn: int) -> Sequence[JsonDict]:
        """Tracker events of finished turns with a number over `after_turn`, oldest first."""
        ...

    def turn_records(self, conversation_id: str, episode: int) -> list[TurnRecord]:
        """Finished turns of an episode, oldest first, without their tracker events."""
        ...

    def last_slots(self, conversation_id: str) -> JsonDict:
        """What the bot last knew in this conversation, from before its context was cleaned too."""
        ...

    def waiting_ahead(self, conversation_id: str, rank: int, since: datetime) -> int:
        """Queued conversations that come before this one if it has that priority rank and has waited since then: by
        rank, highest first, then by waiting time, then by id."""
        ...

    def recent_waits(self, limit: int) -> list[tuple[float, int]]:
        """Seconds waited and place in line at the beginning, of the last claimed episodes, newest first."""
        ...

    def draft(self, conversation_id: str, staff_id: str | None) -> Draft | None:
        """That agent's draft, or the newest of anybody for None."""
        ...

    def slow_turns(self, created_before: datetime, limit: int) -> list[Turn]:
        """Open turns older than that whose customer has not been told yet, oldest first."""
        ...

    def outbox(self) -> tuple[int, datetime | None]:
        """How many turns are open and when the oldest of them began."""
        ...


class WriteTransaction(ReadTransaction, Protocol):
    """One transaction that writes; everything in it is stored, durably, or nothing."""

    def hold(self, conversation_id: str) -> tuple[Conversation, Episode]:
        """The conversation with its current episode, held against other writers until the end. `NotFound` if there is
        none."""
        ...

    def add_customer(self, customer: Customer) -> None:
        """Store a new customer."""
        ...

    def save_customer(self, customer: Customer) -> None:
        """Replace a customer's columns."""
        ...

    def add_conversation(self, conversation: Conversation, episode: Episode) -> None:
        """Store a new conversation and its first episode."""
        ...

    def save(self, before: Conversation, after: Conversation) -> None:
        """Write the columns that differ. The customer in it is not written."""
        ...

    def add_episode(self, episode: Episode) -> None:
        """Store a new episode."""
        ...

    def save_episode(self, before: Episode, after: Episode) -> None:
        """Write the figures that differ."""
        ...

    def append(self, events: Sequence[NewEvent]) -> None:
        """Append to the log, all of one conversation."""
        ...

    def add_turn(self, turn: Turn) -> None:
        """Store a pending turn. A conversation has at most one that is pending or running."""
        ...

    def take_turns(self, lease: str, now: datetime, until: datetime, limit: int) -> list[Turn]:
        """Lease up to `limit` due turns, oldest first, skipping any that another taker holds: pending ones, and running
        ones whose lease ran out, which count one failure more. They come back running, with the new lease."""
        ...

    def renew_leases(self, leases: Sequence[str], until: datetime) -> None:
        """Let running turns with those leases keep them until then."""
        ...

    def end_turn(self, turn_id: str, lease: str, status: TurnStatus, covers_to: int) -> bool:
        """End a running turn if that lease still holds it; False changes nothing."""
        ...

    def put_back_turn(self, turn_id: str, lease: str, not_before: datetime, failures: int) -> bool:
        """Make a running turn pending again if that lease still holds it; False changes nothing."""
        ...

    def drop_open_turn(self, conversation_id: str) -> str | None:
        """Mark the conversation's open turn dropped, whoever holds it; its id, if there was one."""
        ...

    def mark_told_slow(self, turn_id: str) -> bool:
        """Remember that the customer was told; False if they had been, or if the turn is not open any more."""
        ...

    def add_turn_record(self, record: TurnRecord) -> None:
        """Keep what a finished turn found out and its tracker events."""
        ...

    def put_draft(self, conversation_id: str, draft: Draft) -> None:
        """Store or replace that agent's draft."""
        ...

    def delete_draft(self, conversation_id: str, staff_id: str) -> None:
        """Forget that agent's draft, if there is one."""
        ...


class ConversationStore(Protocol):
    """Runs scripts, each in one transaction. A database that is locked, full or gone raises `Unavailable`
    `storage_unavailable`, and then nothing of the script is stored."""

    async def read(self, script: Callable[[ReadTransaction], T]) -> T:
        """Run a script that only reads."""
        ...

    async def write(self, script: Callable[[WriteTransaction], T], *, first: bool = False) -> T:
        """Run a script; when this returns, what it wrote is durable. `first` goes before all others that wait."""
        ...


def conversation_not_found_message() -> str:
    """One sentence for every adapter."""
    return "There is no such conversation."
