"""What a turn found out, in the words of the conversation core."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa.shared.core.trackers import DialogueStateTracker

from actions.turn import Findings, Handover, Turn
from bot.brain.reading import Reading
from bot.conversation.model import HandoffRequest, Priority, Reason, Signals

TOLD = (
    "order_number",
    "email",
    "product",
    "wish",
    "last_wish",
    "verified_order",
    "contact_email",
    "last_question",
    "last_article",
    "items",
    "why",
    "variant",
    "new_address",
)
"""Slots that tell an agent something; the others are the dialogue's own bookkeeping."""


def signals_of(turn: Turn, readings: Sequence[Reading], tracker: DialogueStateTracker) -> Signals:
    """Signals of a computed turn."""
    findings = turn.findings
    slots = tracker.current_slot_values()
    return Signals(
        outcome=outcome(findings),
        intents=tuple(
            {"seq": reading.seq, "name": reading.intent, "confidence": round(reading.confidence, 4)}
            for reading in readings
            if reading.intent
        ),
        sentiment=tuple(
            {
                "seq": reading.seq,
                "frustration": round(reading.frustration, 4),
                "urgency": round(reading.urgency, 4),
            }
            for reading in readings
        ),
        slots={name: slots[name] for name in TOLD if slots.get(name) not in (None, "", [])},
        orders=tuple(findings.orders.values()),
        failed_attempts=int(slots.get("failed_attempts") or 0),
        unanswered=findings.unanswered,
        contact_email=findings.contact_email,
        close=findings.close and findings.handover is None,
        handoff=handoff_of(findings.handover, slots),
    )


def outcome(findings: Findings) -> str:
    """One word for the turn, the gravest that is true."""
    if findings.handover is not None:
        return "escalated"
    if findings.failed_action:
        return "failed"
    if findings.offered_human and not findings.answered:
        return "offered_human"
    return "clarified" if findings.clarified else "answered"


def handoff_of(handover: Handover | None, slots: dict[str, Any]) -> HandoffRequest | None:
    """The wish for a person, as the core takes it."""
    if handover is None:
        return None
    return HandoffRequest(
        reason=Reason(handover.reason),
        evidence=handover.evidence,
        priority=Priority(handover.priority),
        team=handover.team,
    )
