"""The handover packet: everything a person needs to go on without asking the customer again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.conversation.model import AuthorKind, Conversation, Customer, Event, HandoffRequest, JsonDict, Priority, Reason
from bot.conversation.store import TurnRecord

QUOTE_LENGTH = 160
UPSET_FROM = 0.5

_WHY = {
    Reason.CUSTOMER_REQUEST: "the customer asked for a person",
    Reason.FRUSTRATION: "the customer is frustrated",
    Reason.REPEATED_MISUNDERSTANDING: "the assistant did not understand several times in a row",
    Reason.MISSING_KNOWLEDGE: "the knowledge base has no answer to this",
    Reason.UNSUPPORTED_REQUEST: "this is something the assistant cannot do",
    Reason.POLICY: "a person has to decide this",
    Reason.TOOL_FAILURE: "a system the assistant needs did not answer",
    Reason.SENSITIVE_TOPIC: "the topic needs a person",
    Reason.BOT_FAILURE: "the assistant itself failed",
}

_PRIORITY_AT_LEAST = {Reason.FRUSTRATION: Priority.HIGH, Reason.SENSITIVE_TOPIC: Priority.HIGH}


_MESSAGE_IS_THE_MATTER = frozenset({Reason.SENSITIVE_TOPIC, Reason.POLICY})


def priority_for(request: HandoffRequest) -> Priority:
    """The wished priority, raised where the reason itself calls for more."""
    floor = _PRIORITY_AT_LEAST.get(request.reason, Priority.LOW)
    return max(request.priority, floor, key=lambda priority: priority.rank)


def build_packet(
    conversation: Conversation,
    events: Sequence[Event],
    turns: Sequence[TurnRecord],
    request: HandoffRequest,
    wait_started_at: datetime,
) -> JsonDict:
    """The packet from the episode's events and finished turns. A pure function: same input, same packet.

    The transcript is not in it: it is the event log itself, which the desk shows beside the packet.
    """
    messages = [event for event in events if event.kind == "message"]
    return {
        "reason": request.reason.value,
        "evidence": _evidence(messages, request),
        "summary": summary(conversation, messages, turns, request),
        "intents": [dict(item) for turn in turns for item in turn.signals.get("intents", ())],
        "sentiment": [dict(item) for turn in turns for item in turn.signals.get("sentiment", ())],
        "failed_attempts": max((int(turn.signals.get("failed_attempts") or 0) for turn in turns[-1:]), default=0),
        "slots": _merged_slots(turns),
        "orders": _orders(turns),
        "customer": _customer(conversation.customer, conversation.contact_email),
        "priority": priority_for(request).value,
        "team": request.team,
        "wait_started_at": wait_started_at.isoformat(),
    }


def summary(
    conversation: Conversation, messages: Sequence[Event], turns: Sequence[TurnRecord], request: HandoffRequest
) -> str:
    """What matters now and what they wanted, what was tried, why it is passed on, their mood, the order: in that order,
    in sentences."""
    if request.summary:
        return request.summary
    parts = (
        _wanted(conversation.customer, messages, turns, request),
        _tried(messages, turns),
        f"Passed on because {_WHY[request.reason]}.",
        _mood(turns),
        _about(_orders(turns)),
    )
    return " ".join(part for part in parts if part)


def quote(text: str) -> str:
    """The beginning of a message, cut at a word."""
    flat = " ".join(text.split())
    if len(flat) <= QUOTE_LENGTH:
        return flat
    return flat[:QUOTE_LENGTH].rsplit(" ", 1)[0] + "…"


def _by(messages: Sequence[Event], kind: AuthorKind) -> list[Event]:
    return [event for event in messages if event.data["author"]["kind"] == kind.value]


def _evidence(messages: Sequence[Event], request: HandoffRequest) -> list[JsonDict]:
    if request.evidence:
        return [dict(item) for item in request.evidence]
    last = _by(messages, AuthorKind.CUSTOMER)[-1:]
    return [
        {"seq": event.seq, "quote": quote(event.data["text"]), "signal": request.reason.value, "value": 1}
        for event in last
    ]


def _wanted(customer: Customer, messages: Sequence[Event], turns: Sequence[TurnRecord], request: HandoffRequest) -> str:
    who = customer.name or "The customer"
    said = _by(messages, AuthorKind.CUSTOMER)
    if not said:
        return f"{who} asked for a person before writing anything."
    intent = _main_intent(turns)
    now = _deciding(said, request)
    if now is not None:
        first = _telling(said, turns)
        before = f" Before that: “{quote(first.data['text'])}”." if first.seq < now.seq and intent else ""
        return f"{who} wrote: “{quote(now.data['text'])}”.{before}"
    words = quote(_telling(said, turns).data["text"])
    return f"{who} wrote about {intent}: “{words}”." if intent else f"{who} wrote: “{words}”."


def _deciding(said: Sequence[Event], request: HandoffRequest) -> Event | None:
    """The message that is itself the matter: a danger, a law, an exception weighs more than the wish before it."""
    if request.reason not in _MESSAGE_IS_THE_MATTER or not request.evidence:
        return None
    # A bare yes to the question about a danger says less than the message that led to it; both carry its signal.
    signal = request.evidence[-1].get("signal")
    telling = [item for item in request.evidence if item.get("signal") == signal]
    seq = max(telling, key=lambda item: len(str(item.get("quote") or ""))).get("seq")
    return next((event for event in said if event.seq == seq), None)


def _telling(said: Sequence[Event], turns: Sequence[TurnRecord]) -> Event:
    """The message that says most of what they want: the one read as the main intent, else the longest."""
    intent = _main_intent(turns)
    for turn in turns:
        for item in turn.signals.get("intents", ()):
            if intent and _plain(str(item.get("name"))) == intent:
                for event in said:
                    if event.seq == item.get("seq"):
                        return event
    return max(said, key=lambda event: len(event.data["text"]))


def _main_intent(turns: Sequence[TurnRecord]) -> str | None:
    """What most of the messages were about; of wishes named equally often the latest."""
    counted: Counter[str] = Counter()
    latest: dict[str, int] = {}
    for turn in turns:
        for item in turn.signals.get("intents", ()):
            name = str(item.get("name") or "")
            if name and name not in _TALK:
                counted[_plain(name)] += 1
                latest[_plain(name)] = counted.total()
    return max(counted, key=lambda name: (counted[name], latest[name])) if counted else None


# Intents that say how somebody talks rather than what they want.
_TALK = frozenset(
    [
        "request_human",
        "callback_request",
        "complaint",
        "insult",
        "greet",
        "goodbye",
        "thank",
        "affirm",
        "deny",
        "bot_challenge",
        "ask_capabilities",
        "ask_how_are_you",
        "praise",
        "stop",
        "repeat",
        "inform",
        "correct",
        "problem_solved",
        "not_helpful",
        "none_of_these",
        "other_language",
        "out_of_scope",
        "nlu_fallback",
    ]
)


def _plain(intent: str) -> str:
    return intent.rsplit("/", 1)[-1].removeprefix("ask_").replace("_", " ")


def _tried(messages: Sequence[Event], turns: Sequence[TurnRecord]) -> str:
    outcomes = Counter(turn.outcome for turn in turns)
    done = [
        _times(outcomes["answered"], "answered"),
        _times(outcomes["clarified"], "asked back"),
        _times(outcomes["offered_human"], "offered a person"),
    ]
    told = [words for words in done if words]
    if not told:
        return "The assistant has not answered yet."
    titles = _source_titles(messages)
    shown = f" It pointed to {_listed(titles)}." if titles else ""
    return f"The assistant {_listed(told)}.{shown}"


def _times(count: int, verb: str) -> str:
    if count == 0:
        return ""
    return f"{verb} {('once', 'twice')[count - 1] if count <= 2 else f'{count} times'}"


def _source_titles(messages: Sequence[Event]) -> list[str]:
    titles = [
        f"“{source['title']}”"
        for event in _by(messages, AuthorKind.BOT)
        for source in event.data.get("sources", ())
        if source.get("title")
    ]
    return list(dict.fromkeys(titles))[:3]


def _mood(turns: Sequence[TurnRecord]) -> str:
    levels = [float(item.get("frustration") or 0.0) for turn in turns for item in turn.signals.get("sentiment", ())]
    if not levels or max(levels) < UPSET_FROM:
        return ""
    # The latest mood is what the agent will meet; an earlier peak is worth a word of its own.
    if levels[-1] >= UPSET_FROM:
        return "The customer is upset."
    return "The customer was upset earlier and has calmed down."


def _about(orders: Sequence[Mapping[str, Any]]) -> str:
    known = list(dict.fromkeys(name for name in map(_order_number, orders) if name))
    if not known:
        return ""
    return f"It is about order {known[0]}." if len(known) == 1 else f"It is about the orders {_listed(known)}."


def _orders(turns: Sequence[TurnRecord]) -> list[JsonDict]:
    """Orders in the order they came up, each as it was last seen."""
    latest: dict[str, JsonDict] = {}
    for turn in turns:
        for order in turn.signals.get("orders", ()):
            latest[_order_number(order) or repr(sorted(order.items()))] = dict(order)
    return list(latest.values())


def _order_number(order: Mapping[str, Any]) -> str:
    return str(order.get("order_number") or order.get("order_id") or order.get("number") or order.get("id") or "")


def _merged_slots(turns: Sequence[TurnRecord]) -> JsonDict:
    return dict(turns[-1].signals.get("slots") or {}) if turns else {}


def _customer(customer: Customer, contact_email: str | None) -> JsonDict:
    return {
        "id": customer.id,
        "name": customer.name,
        "email": customer.email or contact_email,
        "verified": customer.verified,
        "external_id": customer.external_id,
        "conversations": customer.conversations,
    }


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
