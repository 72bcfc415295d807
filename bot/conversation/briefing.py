"""What a worker is told of a conversation to compute a turn of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.conversation.model import Conversation, Event, JsonDict, Turn, TurnMessage, TurnRequest
from bot.conversation.store import ReadTransaction


def brief(read: ReadTransaction, conversation: Conversation, turn: Turn, said: Sequence[Event]) -> TurnRequest:
    """The request for a turn that answers these messages of the customer."""
    fresh = conversation.turn_number == conversation.context_from_turn
    return TurnRequest(
        turn_id=turn.id,
        conversation_id=conversation.id,
        messages=tuple(_message(event) for event in said),
        tracker_events=[] if fresh else read.context(conversation.id, conversation.context_from_turn),
        known=_known(read, conversation, fresh=fresh),
        attempt=turn.failures + 1,
    )


def _message(event: Event) -> TurnMessage:
    data = event.data
    return TurnMessage(event.seq, data["text"], data.get("payload"), data.get("client_message_id"))


def _known(read: ReadTransaction, conversation: Conversation, *, fresh: bool) -> Mapping[str, Any]:
    customer = conversation.customer
    known: JsonDict = {
        "customer": {
            "id": customer.id,
            "name": customer.name,
            "email": customer.email,
            "verified": customer.verified,
            "external_id": customer.external_id,
        },
        "locale": conversation.locale or customer.locale,
        "failed_attempts": conversation.failed_attempts,
        "turn_number": conversation.turn_number + 1,
        "returning": conversation.episode > 1 or customer.conversations > 1,
    }
    # A clean dialogue knows nothing of the one before, and need not ask again for what was said there.
    if fresh and conversation.turn_number:
        known["slots"] = read.last_slots(conversation.id)
    return known
