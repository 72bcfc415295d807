"""What agents can do with a conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from bot.conversation import floor
from bot.conversation.ids import new_id
from bot.conversation.ledger import Ledger
from bot.conversation.machine import Trigger, wrong_state
from bot.conversation.model import (
    Accepted,
    Author,
    AuthorKind,
    Conversation,
    Draft,
    Event,
    JsonDict,
    Priority,
    Reply,
    Staff,
    State,
)
from bot.conversation.store import ReadTransaction, WriteTransaction
from bot.conversation.writing import TEXT_LIMIT, ConversationWriting, check_client_id, clean_text
from bot.errors import Conflict, InvalidInput

LABELS_LIMIT, LABEL_LENGTH = 20, 40
_OUTCOME = re.compile(r"[a-z][a-z0-9_]{1,39}")


class StaffSide(ConversationWriting):
    """The agents' verbs. Which roles may use them is decided at the edge."""

    async def claim(self, conversation_id: str, staff: Staff) -> Conversation:
        """Take the floor. One claim wins; the others get `Conflict` `already_claimed` with `details.agent`. Claiming
        what one already has changes nothing."""

        def script(ledger: Ledger) -> Conversation:
            conversation = ledger.conversation
            if ledger.state is State.AGENT:
                if conversation.assignee_id == staff.id:
                    return conversation
                raise _already_claimed(conversation)
            ledger.move(Trigger.CLAIM, agent=_named(staff))
            ledger.change(assignee_id=staff.id, assignee_name=staff.name, wanted_agent_id=None, snoozed_until=None)
            floor.forget_place(ledger)
            if ledger.episode.claimed_at is None:
                ledger.figure(claimed_at=ledger.now)
            ledger.figure(agent_id=staff.id)
            ledger.log("assignment", {"agent": _named(staff), "why": "claimed"}, private=True)
            ledger.say(self._words.say("agent_joined", agent=staff.name))
            return ledger.conversation

        return await self._on_first(conversation_id, script)

    async def post_agent_message(
        self, conversation_id: str, staff: Staff, client_message_id: str, text: str
    ) -> Accepted:
        """Write to the customer as the assignee; `Conflict` `not_assigned` for anybody else. Re-sent messages are
        answered with their first result even after the floor has changed hands."""
        text, client_key = clean_text(text), f"agent:{staff.id}:{check_client_id(client_message_id)}"
        message_id = new_id()

        def script(ledger: Ledger) -> Accepted:
            first = ledger.transaction.event_by_client_key(ledger.id, client_key)
            if first is not None:
                return _first_result(ledger, first, text)
            _require_assignee(ledger, staff)
            event = ledger.say(
                Reply(text),
                Author(AuthorKind.AGENT, staff.name, staff.id),
                message_id=message_id,
                client_key=client_key,
                client_message_id=client_message_id,
            )
            if ledger.episode.first_agent_reply_at is None:
                ledger.figure(first_agent_reply_at=ledger.now)
            ledger.transaction.delete_draft(ledger.id, staff.id)
            return Accepted(message_id, event.seq, False, ledger.state)

        return await self._on_first(conversation_id, script)

    async def add_note(self, conversation_id: str, staff: Staff, text: str) -> Event:
        """Keep a note for colleagues; no customer ever sees it."""
        data = {"note_id": new_id(), "author": _named(staff), "text": clean_text(text)}
        return await self._on_first(conversation_id, lambda ledger: ledger.log("note", data, private=True))

    async def transfer(
        self, conversation_id: str, staff: Staff, team: str | None = None, agent_id: str | None = None
    ) -> Conversation:
        """Back in line for a team or a colleague, ahead of those who came later; by the assignee only."""
        if not (team or agent_id):
            raise InvalidInput("Choose a team or a colleague to pass it to.", code="no_target")
        if agent_id == staff.id:
            raise InvalidInput("It is already yours. Choose somebody else.", code="no_target")

        def script(ledger: Ledger) -> Conversation:
            _require_assignee(ledger, staff)
            self._back_in_line(ledger, Trigger.TRANSFER, "transfer", team)
            ledger.change(wanted_agent_id=agent_id)
            return ledger.conversation

        return await self._on_first(conversation_id, script)

    async def requeue(self, conversation_id: str, why: str) -> Conversation:
        """Back in line because the assignee did not answer in time or went away."""

        def script(ledger: Ledger) -> Conversation:
            self._back_in_line(ledger, Trigger.NO_ANSWER, why, None)
            return ledger.conversation

        return await self._on_first(conversation_id, script)

    async def offer(self, conversation_id: str, agent: Staff | None) -> bool:
        """Say whose turn it is to take a conversation in line; None: anybody's. Anybody may claim it all the same.
        Whether that changed something."""

        def script(ledger: Ledger) -> bool:
            wanted = agent.id if agent else None
            if ledger.state is not State.QUEUED or ledger.conversation.wanted_agent_id == wanted:
                return False
            _offer(ledger, agent, "offered" if agent else "not_taken")
            return True

        return await self._on(conversation_id, script)

    async def decline(self, conversation_id: str, staff: Staff) -> Conversation:
        """Leave what was offered to the next; nothing changes if it is no longer offered to this agent."""

        def script(ledger: Ledger) -> Conversation:
            if ledger.state is State.QUEUED and ledger.conversation.wanted_agent_id == staff.id:
                _offer(ledger, None, "declined", staff)
            return ledger.conversation

        return await self._on_first(conversation_id, script)

    def _back_in_line(self, ledger: Ledger, trigger: Trigger, why: str, team: str | None) -> None:
        before = {"id": ledger.conversation.assignee_id, "name": ledger.conversation.assignee_name}
        ledger.change(
            team=team or ledger.conversation.team,
            wait_started_at=ledger.conversation.wait_started_at or ledger.now,
            snoozed_until=None,
        )
        floor.join_line(ledger, trigger, self._words, "transferred")
        ledger.change(assignee_id=None, assignee_name=None)
        data = {"agent": None, "why": why, "team": ledger.conversation.team, "before": before}
        ledger.log("assignment", data, private=True)

    async def return_to_bot(self, conversation_id: str, staff: Staff) -> Conversation:
        """The bot goes on in a clean dialogue context; by the assignee only."""

        def script(ledger: Ledger) -> Conversation:
            _require_assignee(ledger, staff)
            floor.give_to_bot(ledger, Trigger.RETURN_TO_BOT, self._words, "returned_to_bot")
            ledger.log("assignment", {"agent": None, "why": "returned_to_bot"}, private=True)
            return ledger.conversation

        return await self._on_first(conversation_id, script)

    async def resolve(
        self, conversation_id: str, staff: Staff, outcome: str, comment: str | None = None
    ) -> Conversation:
        """Close it with an outcome (snake_case). What is with an agent only that agent resolves."""
        if not _OUTCOME.fullmatch(outcome or ""):
            raise InvalidInput("Say how it ended, for example 'resolved'.", code="bad_outcome")
        said = clean_text(comment) if comment and comment.strip() else None

        def script(ledger: Ledger) -> Conversation:
            if ledger.state is State.AGENT:
                _require_assignee(ledger, staff)
            floor.close(ledger, Trigger.RESOLVE, "agent", outcome)
            ledger.log("resolution", {"outcome": outcome, "comment": said, "by": _named(staff)}, private=True)
            ledger.say(self._words.say("closed_by_agent", agent=staff.name))
            floor.ask_for_feedback(ledger)
            return ledger.conversation

        return await self._on_first(conversation_id, script)

    async def snooze(self, conversation_id: str, staff: Staff, until: datetime | None) -> Conversation:
        """Put it aside until a time, or until the customer writes; None wakes it. By the assignee, or anybody while
        nobody is there."""
        if until is not None and (until.tzinfo is None or until <= self._clock.now()):
            raise InvalidInput("Choose a time in the future, with its time zone.", code="bad_time")

        def script(ledger: Ledger) -> Conversation:
            if ledger.state is not State.OFFLINE:
                _require_assignee(ledger, staff)
            ledger.change(snoozed_until=until)
            when = until.isoformat() if until else None
            ledger.log("snooze", {"until": when, "by": _named(staff)}, private=True)
            ledger.topics.add("queue")
            return ledger.conversation

        return await self._on_first(conversation_id, script)

    async def set_labels(self, conversation_id: str, staff: Staff, labels: Sequence[str]) -> Conversation:
        """Replace the labels: at most 20, each up to 40 characters."""
        wanted = _clean_labels(labels)

        def script(ledger: Ledger) -> Conversation:
            if wanted != ledger.conversation.labels:
                ledger.change(labels=wanted)
                ledger.log("labels", {"labels": list(wanted), "by": _named(staff)}, private=True)
            return ledger.conversation

        return await self._on_first(conversation_id, script)

    async def set_priority(self, conversation_id: str, staff: Staff, priority: Priority) -> Conversation:
        """How soon it needs a person; a waiting conversation changes its place."""

        def script(ledger: Ledger) -> Conversation:
            if priority is not ledger.conversation.priority:
                ledger.change(priority=priority)
                ledger.log("priority", {"priority": priority.value, "by": _named(staff)}, private=True)
                ledger.topics.add("queue")
            return ledger.conversation

        return await self._on_first(conversation_id, script)

    async def save_draft(self, conversation_id: str, staff: Staff, text: str) -> None:
        """Keep unsent words; empty ones forget the draft."""
        if not isinstance(text, str) or len(text) > TEXT_LIMIT:
            raise InvalidInput(f"A draft has at most {TEXT_LIMIT:,} characters.", code="text_too_long")
        draft = Draft(text.replace("\x00", ""), staff.id, staff.name, self._clock.now())

        def script(transaction: WriteTransaction) -> None:
            transaction.conversation(conversation_id)
            if draft.text.strip():
                transaction.put_draft(conversation_id, draft)
            else:
                transaction.delete_draft(conversation_id, staff.id)

        await self._store.write(script, first=True)

    async def draft(self, conversation_id: str, staff: Staff) -> Draft | None:
        """This agent's draft; the assignee who has none gets the newest that a colleague left."""

        def script(read: ReadTransaction) -> Draft | None:
            own = read.draft(conversation_id, staff.id)
            if own is not None or read.conversation(conversation_id).assignee_id != staff.id:
                return own
            return read.draft(conversation_id, None)

        return await self._store.read(script)

    async def go_offline(self, conversation_id: str) -> Conversation:
        """Nobody can take it now: promise a reply. Only from the line."""
        staffing = floor.Staffing(False, self._availability.next_opening(self._clock.now()))

        def script(ledger: Ledger) -> Conversation:
            if ledger.state is not State.QUEUED:
                raise wrong_state(ledger.conversation, Trigger.NOBODY_THERE)
            floor.promise_reply(ledger, staffing, self._words)
            return ledger.conversation

        return await self._on(conversation_id, script)

    async def close_idle(self, conversation_id: str) -> Conversation:
        """Close what nobody has gone on with."""

        def script(ledger: Ledger) -> Conversation:
            floor.close(ledger, Trigger.IDLE, "idle")
            ledger.say(self._words.say("closed_idle"))
            floor.ask_for_feedback(ledger)
            return ledger.conversation

        return await self._on(conversation_id, script)

    async def publish_queue(self, conversation_id: str, position: int, eta_seconds: int | None) -> bool:
        """Tell a waiting customer their place, if it is not what they were told last; whether it was told."""

        def script(ledger: Ledger) -> bool:
            conversation = ledger.conversation
            told = (conversation.queue_position, conversation.queue_eta_seconds)
            if ledger.state is not State.QUEUED or told == (position, eta_seconds):
                return False
            ledger.change(queue_position=position, queue_eta_seconds=eta_seconds)
            ledger.log("queue", {"position": position, "eta_seconds": eta_seconds})
            return True

        return await self._on(conversation_id, script)


def _named(staff: Staff) -> JsonDict:
    return {"id": staff.id, "name": staff.name}


def _offer(ledger: Ledger, agent: Staff | None, why: str, before: Staff | None = None) -> None:
    ledger.change(wanted_agent_id=agent.id if agent else None)
    data: JsonDict = {"agent": _named(agent) if agent else None, "why": why}
    ledger.log("assignment", data | ({"before": _named(before)} if before else {}), private=True)
    ledger.topics.add("queue")


def _already_claimed(conversation: Conversation) -> Conflict:
    return Conflict(
        f"{conversation.assignee_name} has already taken this conversation.",
        code="already_claimed",
        details={"agent": {"id": conversation.assignee_id, "name": conversation.assignee_name}},
    )


def _require_assignee(ledger: Ledger, staff: Staff) -> None:
    conversation = ledger.conversation
    if ledger.state is State.AGENT and conversation.assignee_id == staff.id:
        return
    raise Conflict(
        "This conversation is not yours now. Claim it first.",
        code="not_assigned",
        details={
            "state": conversation.state.value,
            "agent": {"id": conversation.assignee_id, "name": conversation.assignee_name}
            if ledger.state is State.AGENT
            else None,
        },
    )


def _first_result(ledger: Ledger, first: Event, text: str) -> Accepted:
    if first.data.get("text") != text:
        raise Conflict(
            "This message id was already used for another text. Send it again as a new message.",
            code="client_message_id_reused",
        )
    return Accepted(first.data["message_id"], first.seq, True, ledger.state)


def _clean_labels(labels: Sequence[str]) -> tuple[str, ...]:
    cleaned = dict.fromkeys(" ".join(str(label).replace("\x00", "").split()) for label in labels)
    wanted = tuple(label for label in cleaned if label)
    if len(wanted) > LABELS_LIMIT or any(len(label) > LABEL_LENGTH for label in wanted):
        raise InvalidInput(
            f"At most {LABELS_LIMIT} labels of {LABEL_LENGTH} characters.",
            code="bad_labels",
            details={"labels": LABELS_LIMIT, "length": LABEL_LENGTH},
        )
    return wanted
