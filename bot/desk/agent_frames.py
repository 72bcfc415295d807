"""Frames an agent's page may send, checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from bot.conversation.events import staff_view
from bot.conversation.model import Event
from bot.errors import BatonError, InvalidInput

LARGEST_FRAME = 64 * 1024


class CloseCode(IntEnum):
    """Why the server closed a socket; the same numbers as at the customers' edge."""

    TRY_AGAIN_LATER = 1013
    PROTOCOL = 4400
    SIGNED_OUT = 4401
    REFUSED = 4403
    IDLE = 4408


class BadFrame(InvalidInput):
    """A frame that cannot be accepted; the connection stays."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, code=code)


@dataclass(frozen=True, slots=True)
class Hello:
    """The first frame of a client without a cookie."""

    access_token: str | None


@dataclass(frozen=True, slots=True)
class Watch:
    """Follow a conversation from the last event this client has."""

    conversation_id: str
    last_seq: int


@dataclass(frozen=True, slots=True)
class Unwatch:
    """Stop following a conversation."""

    conversation_id: str


@dataclass(frozen=True, slots=True)
class Typing:
    """The agent types; a `note` is not shown to the customer."""

    conversation_id: str
    active: bool
    note: bool


@dataclass(frozen=True, slots=True)
class Viewing:
    """The agent has a conversation on their screen, or has left it."""

    conversation_id: str
    active: bool


@dataclass(frozen=True, slots=True)
class Read:
    """The agent has seen everything up to `seq`."""

    conversation_id: str
    seq: int


@dataclass(frozen=True, slots=True)
class Ping:
    """Still here."""


AgentFrame = Hello | Watch | Unwatch | Typing | Viewing | Read | Ping


def parse_frame(raw: str | bytes | None) -> AgentFrame:
    """Read one frame; `BadFrame` with a stable code for what cannot be read."""
    if not isinstance(raw, str):
        raise BadFrame("text_frames_only", "Send JSON as text frames.")
    if len(raw.encode("utf-8", "replace")) > LARGEST_FRAME:
        raise BadFrame("frame_too_large", "A frame may hold at most 64 KiB.")
    try:
        frame = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadFrame("bad_json", "That frame is not valid JSON.") from None
    if not isinstance(frame, dict):
        raise BadFrame("bad_frame", "A frame is a JSON object with a type.")
    reader = _READERS.get(str(frame.get("type")))
    if reader is None:
        raise BadFrame("unknown_type", "That type of frame is not known.")
    return reader(frame)


def error_frame(error: BatonError, conversation_id: str | None = None) -> dict[str, Any]:
    """The `error` frame of an error."""
    frame: dict[str, Any] = {"type": "error", "code": error.code, "message": error.message}
    if conversation_id is not None:
        frame["conversation_id"] = conversation_id
    if "retry_after" in error.details:
        frame["retry_after"] = error.details["retry_after"]
    return frame


def event_body(event: Event) -> dict[str, Any]:
    """An event as staff see it, in the form of the socket's frames."""
    return {
        "seq": event.seq,
        "at": event.at.isoformat().replace("+00:00", "Z"),
        "private": event.private,
        "event": staff_view(event),
    }


def event_frame(event: Event) -> dict[str, Any]:
    """The frame of an event for those who follow its conversation."""
    return {"type": "event", "conversation_id": event.conversation_id, **event_body(event)}


def _id(frame: Mapping[str, Any]) -> str:
    value = frame.get("conversation_id")
    if not isinstance(value, str) or not 0 < len(value) <= 64:
        raise BadFrame("bad_frame", "conversation_id must be the id of a conversation.")
    return value


def _whole(frame: Mapping[str, Any], name: str) -> int:
    value = frame.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise BadFrame("bad_frame", f"{name} must be a whole number from 0.")
    return value


def _flag(frame: Mapping[str, Any], name: str, default: bool | None = None) -> bool:
    value = frame.get(name, default)
    if not isinstance(value, bool):
        raise BadFrame("bad_frame", f"{name} must be true or false.")
    return value


def _hello(frame: Mapping[str, Any]) -> Hello:
    token = frame.get("access_token")
    if token is not None and not (isinstance(token, str) and len(token) <= 200):
        raise BadFrame("bad_frame", "access_token must be the token of a login.")
    return Hello(token)


_READERS: dict[str, Callable[[Mapping[str, Any]], AgentFrame]] = {
    "hello": _hello,
    "watch": lambda frame: Watch(_id(frame), _whole(frame, "last_seq")),
    "unwatch": lambda frame: Unwatch(_id(frame)),
    "typing": lambda frame: Typing(_id(frame), _flag(frame, "active"), _flag(frame, "note", False)),
    "viewing": lambda frame: Viewing(_id(frame), _flag(frame, "active", True)),
    "read": lambda frame: Read(_id(frame), _whole(frame, "seq")),
    "ping": lambda _: Ping(),
}
