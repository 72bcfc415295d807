"""The bot's side: turns taken, answers stored if the bot still has the floor, failures counted and passed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.conversation import floor
from bot.conversation.briefing import brief
from bot.conversation.floor import Staffing
from bot.conversation.handoff import quote
from bot.conversation.ids import derived_id
from bot.conversation.ledger import Ledger
from bot.conversation.machine import Trigger
from bot.conversation.model import (
    Author,
    AuthorKind,
    HandoffRequest,
    JsonDict,
    Priority,
    Reason,
    Signals,
    State,
    TakenTurn,
    Turn,
    TurnRequest,
    TurnResult,
    TurnStatus,
)
from bot.conversation.ports import TurnTaker
from bot.conversation.store import ReadTransaction, TurnRecord, WriteTransaction
from bot.conversation.writing import ConversationWriting
from bot.errors import BatonError

MAX_FAILURES = 3
MESSAGES_PER_TURN = 500
STAFFING_FRESH = timedelta(seconds=1)
BOT = Author(AuthorKind.BOT)


class NoReply(BatonError):
    """A turn that says nothing while the bot has the floor: the action behind it failed."""

    code = "no_reply"


class Answering(ConversationWriting):
    """The dispatcher's verbs; every one of them is safe to repeat."""

    _staffing_asked: tuple[datetime | None, Staffing] = (None, Staffing(available=False))

    async def take_turns(self, lease: str, lease_seconds: float, limit: int) -> list[TakenTurn]:
        """Lease up to `limit` due turns, oldest first, with everything needed to compute them."""
        now = self._clock.now()

        def script(transaction: WriteTransaction) -> list[TakenTurn]:
            until = now + timedelta(seconds=lease_seconds)
            turns = transaction.take_turns(lease, now, until, limit)
            taken = [TakenTurn(turn, _request(transaction, turn)) for turn in turns]
            return [each for each in taken if _has_something_to_answer(transaction, each)]

        return await self._store.write(script)

    async def with_staffing(self, taken: TakenTurn) -> TakenTurn:
        """The taken turn with what its worker must know of people: whether they are there, and when they are next."""
        staffing = await self._recent_staffing()
        told = {
            "agents_available": staffing.available,
            "next_opening": staffing.next_opening.isoformat() if staffing.next_opening else None,
        }
        return replace(taken, request=replace(taken.request, known={**taken.request.known, **told}))

    async def _recent_staffing(self) -> Staffing:
        now = self._clock.now()
        asked, staffing = self._staffing_asked
        if asked is not None and timedelta() <= now - asked < STAFFING_FRESH:
            return staffing
        try:
            staffing = await self._staffing()
        except BatonError:
            # The turn is leased already: its customer is better served by the last rota known than by waiting.
            return staffing
        self._staffing_asked = now, staffing
        return staffing

    async def renew_leases(self, taken: Sequence[TakenTurn], lease_seconds: float) -> None:
        """Keep turns that are still being computed from being taken by others."""
        leases = [each.lease for each in taken]
        until = self._clock.now() + timedelta(seconds=lease_seconds)
        await self._store.write(lambda transaction: transaction.renew_leases(leases, until), first=True)

    def answer_at_once(self, taker: TurnTaker) -> None:
        """Let a dispatcher of this process take turns as they are owed."""
        self._taker = taker

    def leave_to_others(self, taker: TurnTaker) -> None:
        """That dispatcher takes no more."""
        if self._taker is taker:
            self._taker = None

    async def finish_turn(self, taken: TakenTurn, result: TurnResult) -> str:
        """Store what a turn found in one transaction: replies, tracker events, signals, figures and any handover.

        Returns how it ended: the turn's outcome, `dropped` if a person has taken over, or `lost` if the lease ran out
        and another taker has the turn. A result stored before is reported with its outcome and stored no second time.
        `NoReply` if it says nothing although the bot has the floor."""
        if not (result.replies or result.signals.handoff or result.signals.close):
            raise NoReply("The assistant had nothing to say.")
        wish = result.signals.handoff
        staffing = await self._staffing(wish.team) if wish else Staffing(available=True)

        def script(ledger: Ledger) -> str:
            covers = [message.seq for message in taken.request.messages]
            ended = ledger.transaction.end_turn(taken.turn.id, taken.lease, TurnStatus.DONE, covers[-1])
            if not ended:
                return _how_it_ended(ledger, taken.turn.id, result.signals)
            self._answered(ledger, taken, result, covers)
            self._act_on(ledger, result.signals, staffing)
            if ledger.state is State.BOT and ledger.conversation.last_customer_seq > covers[-1]:
                ledger.owe_turn()
            return result.signals.outcome

        return await self._on(taken.turn.conversation_id, script)

    def _answered(self, ledger: Ledger, taken: TakenTurn, result: TurnResult, covers: list[int]) -> None:
        for number, reply in enumerate(result.replies):
            ledger.say(reply, BOT, message_id=derived_id(taken.turn.id, number))
        signals = result.signals
        ledger.change(
            answered_seq=covers[-1],
            turn_number=ledger.conversation.turn_number + 1,
            failed_attempts=signals.failed_attempts,
        )
        if signals.contact_email:
            ledger.change(contact_email=signals.contact_email)
        ledger.log("turn", _turn_data(taken.turn.id, covers, result), private=True)
        ledger.transaction.add_turn_record(_record(ledger, taken, result, covers))
        ledger.count("bot_replies", len(result.replies))
        if signals.outcome in ("answered", "clarified", "offered_human"):
            ledger.count(signals.outcome)

    def _act_on(self, ledger: Ledger, signals: Signals, staffing: Staffing) -> None:
        if signals.handoff is not None:
            floor.hand_over(ledger, signals.handoff, staffing, self._words)
        elif signals.close:
            # The customer's own words ended it, and the reply has said goodbye.
            floor.close(ledger, Trigger.CUSTOMER_ENDS, "customer")
            floor.ask_for_feedback(ledger)

    async def fail_turn(self, taken: TakenTurn, retry_in: float, *, counted: bool) -> str:
        """A turn could not be computed. It is tried again after `retry_in` seconds; a `counted` failure that is the
        third hands over to people instead. Returns `retried`, `failed`, or `lost`/`dropped` as `finish_turn` does."""
        failures = taken.turn.failures + counted
        if failures >= MAX_FAILURES:
            return await self.give_up_turn(taken)
        not_before = self._clock.now() + timedelta(seconds=retry_in)

        def script(ledger: Ledger) -> str:
            put_back = ledger.transaction.put_back_turn(taken.turn.id, taken.lease, not_before, failures)
            return "retried" if put_back else _how_it_ended(ledger, taken.turn.id, None)

        return await self._on(taken.turn.conversation_id, script)

    async def release_turn(self, taken: TakenTurn) -> None:
        """Put a turn back as if it had not been taken, for the next gateway to take at once."""
        await self.fail_turn(taken, 0.0, counted=False)
        await self._tell(("turns",))

    async def give_up_turn(self, taken: TakenTurn) -> str:
        """Pass the conversation to people because the bot cannot answer; returns as `fail_turn` does."""
        staffing = await self._staffing()

        def script(ledger: Ledger) -> str:
            covers_to = taken.request.messages[-1].seq
            if not ledger.transaction.end_turn(taken.turn.id, taken.lease, TurnStatus.FAILED, covers_to):
                return _how_it_ended(ledger, taken.turn.id, None)
            ledger.count("turns_failed")
            ledger.say(self._words.say("bot_failed"))
            floor.hand_over(ledger, _bot_failure(taken), staffing, self._words)
            return "failed"

        return await self._on(taken.turn.conversation_id, script)

    async def tell_slow(self, older_than: float, limit: int = 100) -> int:
        """Tell customers whose answer has been owed for that many seconds that it takes longer, each once a turn; how
        many were told."""
        before = self._clock.now() - timedelta(seconds=older_than)
        slow = await self._store.read(lambda read: read.slow_turns(before, limit))
        for turn in slow:
            await self._on(turn.conversation_id, partial(self._say_slow, turn.id))
        return len(slow)

    def _say_slow(self, turn_id: str, ledger: Ledger) -> None:
        if ledger.state is State.BOT and ledger.transaction.mark_told_slow(turn_id):
            ledger.say(self._words.say("bot_slow"))


def _has_something_to_answer(transaction: WriteTransaction, taken: TakenTurn) -> bool:
    if taken.request.messages:
        return True
    transaction.end_turn(taken.turn.id, taken.lease, TurnStatus.DROPPED, taken.turn.covers_to)
    return False


def _request(read: ReadTransaction, turn: Turn) -> TurnRequest:
    conversation = read.conversation(turn.conversation_id)
    said = read.messages(conversation.id, AuthorKind.CUSTOMER, conversation.answered_seq, MESSAGES_PER_TURN)
    return brief(read, conversation, turn, said)


def _how_it_ended(ledger: Ledger, turn_id: str, signals: Signals | None) -> str:
    """Why a lease no longer holds its turn."""
    turn = ledger.transaction.turn(turn_id)
    if turn is not None and turn.status is TurnStatus.DROPPED:
        return "dropped"
    if turn is not None and turn.status is TurnStatus.DONE and signals is not None:
        return signals.outcome
    return "lost"


def _turn_data(turn_id: str, covers: Sequence[int], result: TurnResult) -> JsonDict:
    signals = result.signals
    return {
        "turn_id": turn_id,
        "covers": list(covers),
        "intents": [dict(item) for item in signals.intents],
        "sentiment": [dict(item) for item in signals.sentiment],
        "outcome": signals.outcome,
        "model_id": result.model_id,
        "failed_attempts": signals.failed_attempts,
    }


def _record(ledger: Ledger, taken: TakenTurn, result: TurnResult, covers: Sequence[int]) -> TurnRecord:
    signals = result.signals
    return TurnRecord(
        turn_id=taken.turn.id,
        conversation_id=ledger.id,
        episode=ledger.conversation.episode,
        number=ledger.conversation.turn_number,
        outcome=signals.outcome,
        model_id=result.model_id,
        finished_at=ledger.now,
        covers=tuple(covers),
        signals={
            "intents": [dict(item) for item in signals.intents],
            "sentiment": [dict(item) for item in signals.sentiment],
            "slots": dict(signals.slots),
            "orders": [dict(item) for item in signals.orders],
            "failed_attempts": signals.failed_attempts,
            "unanswered": signals.unanswered,
        },
        tracker_events=result.tracker_events,
        timings=dict(result.timings),
    )


def _bot_failure(taken: TakenTurn) -> HandoffRequest:
    evidence = tuple(
        {"seq": message.seq, "quote": quote(message.text), "signal": "failed_turn", "value": taken.turn.failures + 1}
        for message in taken.request.messages[-1:]
    )
    return HandoffRequest(Reason.BOT_FAILURE, evidence, Priority.HIGH)
