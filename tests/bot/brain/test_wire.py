from __future__ import annotations

import json

import pytest

from bot.brain.wire import request_from_json, request_to_json, result_from_json, result_to_json
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

REQUEST = TurnRequest(
    turn_id="t1",
    conversation_id="c1",
    messages=(TurnMessage(3, "where is my order"), TurnMessage(4, "Yes", "/affirm")),
    tracker_events=[{"event": "action", "name": "action_listen"}],
    known={"agents_available": True, "customer": {"id": "x", "name": "Anna"}},
    model_id="m1",
    attempt=2,
)
RESULT = TurnResult(
    replies=(Reply("Hello", ({"title": "Yes", "payload": "/affirm"},), ({"title": "T", "url": "/help/t"},), ({},)),),
    tracker_events=[{"event": "bot", "text": "Hello"}],
    signals=Signals(
        outcome="escalated",
        intents=({"seq": 3, "name": "greet", "confidence": 0.9},),
        sentiment=({"seq": 3, "frustration": 0.1, "urgency": 0.0},),
        slots={"order_number": "1042"},
        orders=({"order_number": "1042", "state": "shipped"},),
        failed_attempts=1,
        unanswered="why",
        contact_email="a@example.com",
        handoff=HandoffRequest(Reason.FRUSTRATION, ({"seq": 3, "quote": "x"},), Priority.HIGH, "orders", "s"),
    ),
    model_id="m1",
    timings={"total_ms": 12.5},
)


def test_a_request_survives_the_wire() -> None:
    assert request_from_json(json.loads(json.dumps(request_to_json(REQUEST)))) == REQUEST


def test_a_result_survives_the_wire() -> None:
    assert result_from_json(json.loads(json.dumps(result_to_json(RESULT)))) == RESULT


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([], "bad_json"),
        ({}, "version_mismatch"),
        ({**request_to_json(REQUEST), "version": 99}, "version_mismatch"),
        ({"version": 1}, "bad_turn"),
        ({**request_to_json(REQUEST), "messages": []}, "bad_turn"),
        ({**request_to_json(REQUEST), "messages": [{"seq": "x", "text": "y"}]}, "bad_turn"),
        ({**request_to_json(REQUEST), "messages": 7}, "bad_turn"),
    ],
)
def test_anything_else_is_refused_with_a_code(body: object, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        request_from_json(body)
    assert refused.value.code == code


def test_a_result_of_another_version_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        result_from_json({**result_to_json(RESULT), "version": 2})
    assert refused.value.code == "version_mismatch"
