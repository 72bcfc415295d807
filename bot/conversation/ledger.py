"""One conversation open for writing: what a transaction adds to its log, its columns and its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.conversation.briefing import brief
from bot.conversation.events import check, message_data
from bot.conversation.ids import new_id
from bot.conversation.machine import Trigger, next_state
from bot.conversation.model import (
    Author,
    AuthorKind,
    Conversation,
    Episode,
    Event,
    Lease,
    Reply,
    State,
    TakenTurn,
    Turn,
    TurnStatus,
)
from bot.conversation.store import NewEvent, WriteTransaction

SYSTEM = Author(AuthorKind.SYSTEM)
LAST_MESSAGE_LENGTH = 160


class Ledger:
    """Gathers changes and writes each table once, at `close`. Lives inside one run of a script."""

    def __init__(
        self,
        transaction: WriteTransaction,
        conversation: Conversation,
        episode: Episode,
        now: datetime,
        *,
        lease: Lease | None = None,
    ) -> None:
        self.transaction = transaction
        self.now = now
        self.topics: set[str] = set()
        self.taken: TakenTurn | None = None
        self._lease = lease
        self._stored_conversation = self._conversation = conversation
        self._stored_episode = self._episode = episode
        # Changes are gathered and put into a new value only when somebody looks: a value has forty fields.
        self._columns: dict[str, Any] = {}
        self._figures: dict[str, Any] = {}
        self._last_seq = conversation.last_seq
        self._new: list[NewEvent] = []
        self.written: list[Event] = []
        """What `close` has put into the log."""

    @classmethod
    def open(
        cls, transaction: WriteTransaction, conversation_id: str, now: datetime, lease: Lease | None = None
    ) -> Ledger:
        """Hold a conversation for writing; `NotFound` if there is none. A turn owed here is taken under the lease."""
        conversation, episode = transaction.hold(conversation_id)
        return cls(transaction, conversation, episode, now, lease=lease)

    @property
    def id(self) -> str:
        """The conversation's id."""
        return self._conversation.id

    @property
    def conversation(self) -> Conversation:
        """The conversation with everything changed so far."""
        if self._columns:
            self._conversation = replace(self._conversation, **self._columns)
            self._columns = {}
        return self._conversation

    @property
    def episode(self) -> Episode:
        """The current episode with everything changed so far."""
        if self._figures:
            self._episode = replace(self._episode, **self._figures)
            self._figures = {}
        return self._episode

    @property
    def state(self) -> State:
        """Who has the floor now."""
        state: State = self._columns.get("state", self._conversation.state)
        return state

    @property
    def unwritten(self) -> list[Event]:
        """Events of this transaction, not yet in the log."""
        return [new.event for new in self._new]

    def change(self, **columns: Any) -> None:
        """Set columns of the conversation."""
        self._columns.update(columns)

    def figure(self, **figures: Any) -> None:
        """Set figures of the episode."""
        self._figures.update(figures)

    def count(self, figure: str, by: int = 1) -> None:
        """Add to a figure of the episode."""
        now = self._figures.get(figure, getattr(self._episode, figure))
        self._figures[figure] = now + by

    def log(self, kind: str, data: Mapping[str, Any], *, private: bool = False, client_key: str | None = None) -> Event:
        """Add an event with the next number."""
        self._last_seq += 1
        event = check(Event(self.id, self._last_seq, self.now, kind, dict(data), private))
        self._new.append(NewEvent(event, client_key))
        self.change(last_seq=event.seq, updated_at=self.now)
        self.topics.add(f"conversation:{self.id}")
        return event

    def say(
        self,
        reply: Reply,
        author: Author = SYSTEM,
        *,
        message_id: str | None = None,
        client_key: str | None = None,
        **more: Any,
    ) -> Event:
        """Add a message."""
        data = message_data(message_id or new_id(), author, reply, **more)
        event = self.log("message", data, client_key=client_key)
        if author.kind is not AuthorKind.SYSTEM:
            self.change(last_message=" ".join(reply.text.split())[:LAST_MESSAGE_LENGTH], last_message_at=self.now)
        return event

    def key_last(self, client_key: str) -> Event:
        """Give the sender's key to the last event, so that the same wish sent again finds it."""
        self._new[-1] = replace(self._new[-1], client_key=client_key)
        return self._new[-1].event

    def move(self, trigger: Trigger, **shown: Any) -> State:
        """Change the state by the table and log it with what else is `shown`; `Conflict` `wrong_state` if refused."""
        before, after = self.state, next_state(self.conversation, trigger)
        self.change(state=after, state_since=self.now)
        more = {name: value for name, value in shown.items() if value is not None}
        self.log("state", {"from": before.value, "to": after.value, **more})
        if before is State.BOT:
            self._leave_bot()
        if {before, after} & {State.QUEUED, State.AGENT, State.OFFLINE}:
            self.topics.add("queue")
        return after

    def _leave_bot(self) -> None:
        # What the customer wrote and the bot has not answered now belongs to whoever comes next.
        if self.conversation.answered_seq < self.conversation.last_customer_seq:
            self.transaction.drop_open_turn(self.id)
        self.change(answered_seq=self.conversation.last_customer_seq)

    def owe_turn(self, said: Event | None = None) -> None:
        """Store a turn for messages that no open turn will answer: taken at once if there is a lease for it and
        `said` is all it has to answer, else pending."""
        turn = self._new_turn()
        if self._lease is not None and said is not None:
            until = self.now + timedelta(seconds=self._lease.seconds)
            turn = replace(turn, status=TurnStatus.RUNNING, lease=self._lease.id, lease_until=until)
            self.taken = TakenTurn(turn, brief(self.transaction, self.conversation, turn, [said]))
        else:
            self.topics.add("turns")
        self.transaction.add_turn(turn)

    def _new_turn(self) -> Turn:
        return Turn(
            id=new_id(),
            conversation_id=self.id,
            status=TurnStatus.PENDING,
            created_at=self.now,
            not_before=self.now,
            episode=self.conversation.episode,
        )

    def clean_context(self) -> None:
        """Begin the bot's dialogue anew: nothing said before can make it escalate again."""
        self.change(context_from_turn=self.conversation.turn_number, failed_attempts=0)

    def new_episode(self, episode: Episode) -> None:
        """Put what was gathered for the current episode away and go on with the next."""
        self._save_episode()
        self.transaction.add_episode(episode)
        self.change(episode=episode.number)
        self._figures = {}
        self._episode = self._stored_episode = episode

    def close(self) -> None:
        """Write everything gathered."""
        if self._new:
            self.transaction.append(self._new)
            self.written += self.unwritten
            self._new = []
        conversation = self.conversation
        if conversation is not self._stored_conversation:
            self.transaction.save(self._stored_conversation, conversation)
            self._stored_conversation = conversation
        self._save_episode()

    def _save_episode(self) -> None:
        episode = self.episode
        if episode is not self._stored_episode:
            self.transaction.save_episode(self._stored_episode, episode)
            self._stored_episode = episode
