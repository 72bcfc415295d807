"""The turn an action runs in: what is known around the conversation, and what the turn found out.

Rasa hands an action only a tracker. Everything else an action needs (how sure the message was understood, whether
people are at their desks, which message is being answered) and everything it reports beside its words (hand over,
orders seen, a question nobody could answer) goes through the `Turn` of the current context. One turn is one
context, so several turns may be computed side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Handover:
    """An action's wish that a person takes over. `reason` is a code of the design's handover packet."""

    reason: str
    priority: str = "normal"
    evidence: tuple[Mapping[str, Any], ...] = ()
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """How one message was understood; probabilities from 0 to 1.

    `meanings` are the likeliest intents, best first. `says_nothing` is true for letters that are no words, `button`
    when the customer pressed a button of the bot.
    """

    text: str = ""
    seq: int = 0
    intent: str | None = None
    confidence: float = 0.0
    meanings: tuple[tuple[str, float], ...] = ()
    frustration: float = 0.0
    urgency: float = 0.0
    out_of_scope: bool = False
    says_nothing: bool = False
    button: bool = False


@dataclass(slots=True)
class Findings:
    """What the actions of a turn report beside their words."""

    handover: Handover | None = None
    answered: bool = False
    clarified: bool = False
    offered_human: bool = False
    failed_action: str | None = None
    orders: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    unanswered: str | None = None
    contact_email: str | None = None
    close: bool = False


@dataclass(slots=True)
class Turn:
    """One turn. `heard` is the message being answered now; a turn may answer several."""

    turn_id: str
    conversation_id: str
    known: Mapping[str, Any] = field(default_factory=dict)
    heard: Understanding = field(default_factory=Understanding)
    reason: str | None = None
    findings: Findings = field(default_factory=Findings)
    remembered: dict[str, Any] = field(default_factory=dict)

    @property
    def customer(self) -> Mapping[str, Any]:
        """What is known of the customer: id, name, email, verified, external_id."""
        return self.known.get("customer") or {}

    @property
    def verified_email(self) -> str | None:
        """The address a signed identity vouches for."""
        return self.customer.get("email") if self.customer.get("verified") else None

    @property
    def first_name(self) -> str | None:
        """The customer's first name, if it is known."""
        name = str(self.customer.get("name") or "").strip()
        return name.split()[0] if name else None

    @property
    def people_available(self) -> bool:
        """True when somebody can take the conversation now. Unknown counts as nobody: no promise without cover."""
        return bool(self.known.get("agents_available"))

    def idempotency_key(self, what: str) -> str:
        """The same for a repeated turn, another for every other change."""
        return f"{self.conversation_id}:{self.turn_id}:{what}"


_current: ContextVar[Turn] = ContextVar("turn")


def current_turn() -> Turn:
    """The turn of this context; an empty one outside of any (an action called by itself)."""
    try:
        return _current.get()
    except LookupError:
        turn = Turn(turn_id="none", conversation_id="none")
        _current.set(turn)
        return turn


def enter_turn(turn: Turn) -> None:
    """Make this the turn of the present context and of everything awaited from it."""
    _current.set(turn)
