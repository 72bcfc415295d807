"""Turns as JSON between gateway and worker: versioned, the same on both sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.conversation.model import (
    HandoffRequest,
    Priority,
    Reason,
    Reply,
    Signals,
    TurnMessage,
    TurnRequest,
    TurnResult,
)
from bot.errors import InvalidInput

VERSION = 1
"""Raised when a field changes its meaning. Gateway and worker of different versions refuse each other."""
TOKEN_HEADER = "X-Baton-Worker-Token"  # noqa: S105 - the header's name


def request_to_json(request: TurnRequest) -> dict[str, Any]:
    """What the gateway sends."""
    return {
        "version": VERSION,
        "turn_id": request.turn_id,
        "conversation_id": request.conversation_id,
        "messages": [
            {"seq": each.seq, "text": each.text, "payload": each.payload, "client_message_id": each.client_message_id}
            for each in request.messages
        ],
        "tracker_events": request.tracker_events,
        "known": dict(request.known),
        "model_id": request.model_id,
        "attempt": request.attempt,
    }


def request_from_json(body: Any) -> TurnRequest:
    """What the worker received; raises `InvalidInput` for anything else."""
    data = _checked(body)
    try:
        messages = tuple(
            TurnMessage(int(item["seq"]), str(item["text"]), item.get("payload"), item.get("client_message_id"))
            for item in data["messages"]
        )
        request = TurnRequest(
            turn_id=str(data["turn_id"]),
            conversation_id=str(data["conversation_id"]),
            messages=messages,
            tracker_events=list(data.get("tracker_events") or ()),
            known=dict(data.get("known") or {}),
            model_id=data.get("model_id"),
            attempt=int(data.get("attempt") or 1),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInput("The turn is not in the form this worker reads.", code="bad_turn") from error
    if not messages:
        raise InvalidInput("A turn needs at least one message.", code="bad_turn")
    return request


def result_to_json(result: TurnResult) -> dict[str, Any]:
    """What the worker answers."""
    return {
        "version": VERSION,
        "replies": [_reply_to_json(reply) for reply in result.replies],
        "tracker_events": list(result.tracker_events),
        "signals": signals_to_json(result.signals),
        "model_id": result.model_id,
        "timings": dict(result.timings),
    }


def result_from_json(body: Any) -> TurnResult:
    """What the gateway received; raises `InvalidInput` for anything else."""
    data = _checked(body)
    try:
        return TurnResult(
            replies=tuple(_reply_from_json(item) for item in data["replies"]),
            tracker_events=list(data["tracker_events"]),
            signals=signals_from_json(data["signals"]),
            model_id=str(data["model_id"]),
            timings=dict(data.get("timings") or {}),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInput("The worker's answer is not in the form this gateway reads.", code="bad_result") from error


def signals_to_json(signals: Signals) -> dict[str, Any]:
    """Signals as plain values."""
    return {
        "outcome": signals.outcome,
        "intents": [dict(item) for item in signals.intents],
        "sentiment": [dict(item) for item in signals.sentiment],
        "slots": dict(signals.slots),
        "orders": [dict(item) for item in signals.orders],
        "failed_attempts": signals.failed_attempts,
        "unanswered": signals.unanswered,
        "contact_email": signals.contact_email,
        "close": signals.close,
        "handoff": _handoff_to_json(signals.handoff),
    }


def signals_from_json(data: Mapping[str, Any]) -> Signals:
    """The same back."""
    return Signals(
        outcome=str(data["outcome"]),
        intents=tuple(data["intents"]),
        sentiment=tuple(data["sentiment"]),
        slots=dict(data["slots"]),
        orders=tuple(data["orders"]),
        failed_attempts=int(data["failed_attempts"]),
        unanswered=data.get("unanswered"),
        contact_email=data.get("contact_email"),
        close=bool(data.get("close")),
        handoff=_handoff_from_json(data.get("handoff")),
    )


def _checked(body: Any) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise InvalidInput("Expected a JSON object.", code="bad_json")
    if body.get("version") != VERSION:
        raise InvalidInput(
            "Gateway and worker are of different versions. Start both from the same release.",
            code="version_mismatch",
            details={"expected": VERSION, "got": body.get("version")},
        )
    return body


def _reply_to_json(reply: Reply) -> dict[str, Any]:
    return {
        "text": reply.text,
        "quick_replies": [dict(item) for item in reply.quick_replies],
        "sources": [dict(item) for item in reply.sources],
        "cards": [dict(item) for item in reply.cards],
    }


def _reply_from_json(data: Mapping[str, Any]) -> Reply:
    return Reply(
        text=str(data["text"]),
        quick_replies=tuple(data.get("quick_replies") or ()),
        sources=tuple(data.get("sources") or ()),
        cards=tuple(data.get("cards") or ()),
    )


def _handoff_to_json(handoff: HandoffRequest | None) -> dict[str, Any] | None:
    if handoff is None:
        return None
    return {
        "reason": handoff.reason.value,
        "evidence": [dict(item) for item in handoff.evidence],
        "priority": handoff.priority.value,
        "team": handoff.team,
        "summary": handoff.summary,
    }


def _handoff_from_json(data: Mapping[str, Any] | None) -> HandoffRequest | None:
    if data is None:
        return None
    return HandoffRequest(
        reason=Reason(data["reason"]),
        evidence=tuple(data["evidence"]),
        priority=Priority(data["priority"]),
        team=data.get("team"),
        summary=data.get("summary"),
    )
