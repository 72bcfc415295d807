"""What can stand in the log: kinds, their fields, and what a customer may see of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.conversation.model import Author, AuthorKind, Event, JsonDict, Reply
from bot.errors import BatonError


class UndeclaredEvent(BatonError):
    """The program tried to log something the log does not know. A fault of ours, never of a user."""

    code = "undeclared_event"


@dataclass(frozen=True, slots=True)
class Kind:
    """Fields of one kind of event. `staff_fields` are stored but never shown to a customer."""

    required: frozenset[str]
    optional: frozenset[str] = frozenset()
    staff_fields: frozenset[str] = frozenset()
    private: bool = False


def _kind(required: str, optional: str = "", staff: str = "", *, private: bool = False) -> Kind:
    return Kind(frozenset(required.split()), frozenset(optional.split()), frozenset(staff.split()), private)


KINDS: dict[str, Kind] = {
    "message": _kind(
        "message_id author text", "quick_replies sources cards attachments client_message_id", staff="payload"
    ),
    "state": _kind("from to", "reason queue agent"),
    "queue": _kind("position eta_seconds"),
    "read": _kind("by seq"),
    "message_edited": _kind("message_id text"),
    "message_deleted": _kind("message_id"),
    "feedback_request": _kind("feedback"),
    "note": _kind("note_id author text", private=True),
    "turn": _kind("turn_id covers intents sentiment outcome model_id failed_attempts", private=True),
    "labels": _kind("labels by", private=True),
    "priority": _kind("priority by", private=True),
    "snooze": _kind("until by", private=True),
    "assignment": _kind("agent", "why team before", private=True),
    "resolution": _kind("outcome comment by", private=True),
    "feedback": _kind("kind score comment", private=True),
}


def check(event: Event) -> Event:
    """The event itself; `UndeclaredEvent` for an unknown kind, an undeclared or missing field, or wrong privacy."""
    kind = KINDS.get(event.kind)
    if kind is None:
        raise UndeclaredEvent(f"There is no event of kind {event.kind!r}.", details={"kind": event.kind})
    names = set(event.data)
    undeclared = names - kind.required - kind.optional - kind.staff_fields
    missing = kind.required - names
    if undeclared or missing:
        raise UndeclaredEvent(
            f"A {event.kind} event has not exactly its declared fields.",
            details={"undeclared": sorted(undeclared), "missing": sorted(missing)},
        )
    if event.private != kind.private:
        raise UndeclaredEvent(f"A {event.kind} event has one privacy only.", details={"private": event.private})
    return event


def public_view(event: Event) -> JsonDict | None:
    """What a customer's socket may see: `{"kind", ...}` without staff ids and staff fields; None for private events."""
    kind = KINDS.get(event.kind)
    if event.private or kind is None or kind.private:
        return None
    shown = {name: value for name, value in event.data.items() if name not in kind.staff_fields}
    author = shown.get("author")
    if isinstance(author, Mapping):
        shown["author"] = {name: author[name] for name in ("kind", "name") if author.get(name) is not None}
        if author.get("kind") != AuthorKind.CUSTOMER.value:
            shown.pop("client_message_id", None)
    agent = shown.get("agent")
    if isinstance(agent, Mapping):
        shown["agent"] = {"name": agent.get("name")}
    return {"kind": event.kind, **shown}


def staff_view(event: Event) -> JsonDict:
    """What the desk may see: everything, private events too. A rating's own kind (csat, nps, ces) is `measure` here."""
    return {("measure" if name == "kind" else name): value for name, value in event.data.items()} | {"kind": event.kind}


def message_data(message_id: str, author: Author, reply: Reply, **more: Any) -> JsonDict:
    """Fields of a `message` event; empty ones are left out."""
    data: JsonDict = {"message_id": message_id, "author": author_data(author), "text": reply.text}
    for name in ("quick_replies", "sources", "cards"):
        values = getattr(reply, name)
        if values:
            data[name] = [dict(value) for value in values]
    data.update({name: value for name, value in more.items() if value is not None})
    return data


def author_data(author: Author) -> JsonDict:
    """An author as stored."""
    named = {"kind": author.kind.value, "name": author.name, "id": author.id}
    return {name: value for name, value in named.items() if value is not None}
