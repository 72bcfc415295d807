"""The customer socket's frames: what a client may send, checked, and what the server sends."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

from bot import fast_json
from bot.conversation.events import public_view
from bot.conversation.model import Event
from bot.errors import BatonError, InvalidInput
from bot.wire_frames import TextFrame, json_frame

MAX_FRAME_BYTES = 64 * 1024
MAX_TEXT = 4000
MAX_PAYLOAD = 1000
MAX_COMMENT = 2000
CLIENT_ID = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
SCORES = {"csat": (1, 5), "nps": (0, 10), "ces": (1, 7)}


class CloseCode(IntEnum):
    """Why the server closed a socket."""

    GOING_AWAY = 1001
    TRY_AGAIN_LATER = 1013
    PROTOCOL = 4400
    SESSION = 4401
    ORIGIN = 4403
    IDLE = 4408
    RATE = 4429


class ProtocolError(InvalidInput):
    """A frame that cannot be accepted; the connection stays. `client_message_id` is set when the frame had one."""

    def __init__(self, code: str, message: str, client_message_id: str | None = None) -> None:
        super().__init__(message, code=code)
        self.client_message_id = client_message_id


@dataclass(frozen=True, slots=True)
class Hello:
    """The first frame: who, and the last event this client has."""

    session_token: str
    last_seq: int


@dataclass(frozen=True, slots=True)
class Message:
    """A customer's message. `payload` comes with a quick reply."""

    client_message_id: str
    text: str
    payload: str | None = None


@dataclass(frozen=True, slots=True)
class Typing:
    """The customer started or stopped typing."""

    active: bool


@dataclass(frozen=True, slots=True)
class Read:
    """The customer has seen everything up to `seq`."""

    seq: int


@dataclass(frozen=True, slots=True)
class RequestHuman:
    """The customer wants a person."""

    client_message_id: str


@dataclass(frozen=True, slots=True)
class BackToBot:
    """The customer goes on with the assistant instead of waiting."""


@dataclass(frozen=True, slots=True)
class End:
    """The customer ends the conversation."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """A rating after the conversation."""

    kind: str
    score: int
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Ping:
    """Still here."""


PING_TEXT = '{"type":"ping"}'  # as the widget writes it
PING = Ping()
PONG = json_frame({"type": "pong"})

Frame = Hello | Message | Typing | Read | RequestHuman | BackToBot | End | Feedback | Ping


def parse_frame(raw: str | bytes) -> Frame:
    """Read one client frame; raises `ProtocolError` with a stable code and words for the person who sent it."""
    if raw == PING_TEXT:  # most frames there are
        return PING
    if isinstance(raw, bytes):
        raise ProtocolError("text_frames_only", "Send JSON as text frames.")
    if len(raw.encode()) > MAX_FRAME_BYTES:
        raise ProtocolError("frame_too_large", "A frame may hold at most 64 KiB.")
    try:
        frame = fast_json.loads(raw)
    except (ValueError, RecursionError):
        raise ProtocolError("bad_json", "That frame is not valid JSON.") from None
    if not isinstance(frame, dict):
        raise ProtocolError("bad_frame", "A frame is a JSON object with a type.")
    reader = _READERS.get(str(frame.get("type")))
    if reader is None:
        raise ProtocolError("unknown_type", "That type of frame is not known.", _client_id_or_none(frame))
    return reader(frame)


def client_message_id_of(frame: Mapping[str, Any]) -> str:
    """The frame's id, or `ProtocolError` `bad_client_message_id`."""
    value = _client_id_or_none(frame)
    if value is None:
        raise ProtocolError("bad_client_message_id", "client_message_id must be a UUID made by the client.")
    return value


def message_of(frame: Mapping[str, Any]) -> Message:
    """A message from a frame or an HTTP body."""
    client_message_id = client_message_id_of(frame)
    text, payload = frame.get("text"), frame.get("payload")
    if not isinstance(text, str):
        raise ProtocolError("bad_frame", "text must be a string.", client_message_id)
    text = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates cannot be stored or sent
    if not text.strip():
        raise ProtocolError("empty_text", "The message is empty.", client_message_id)
    if len(text) > MAX_TEXT:
        raise ProtocolError(
            "text_too_long",
            f"A message may have at most {MAX_TEXT:,} characters. Yours has {len(text):,}.",
            client_message_id,
        )
    if payload is not None and (not isinstance(payload, str) or len(payload) > MAX_PAYLOAD):
        raise ProtocolError("bad_payload", "payload must be the string of an offered button.", client_message_id)
    return Message(client_message_id, text, payload or None)


def feedback_of(frame: Mapping[str, Any]) -> Feedback:
    """A rating from a frame; the score's range depends on its kind."""
    kind, score, comment = frame.get("kind"), frame.get("score"), frame.get("comment")
    low, high = SCORES.get(str(kind), (None, None))
    if low is None or high is None:
        raise ProtocolError("bad_feedback", "kind must be csat, nps or ces.")
    if isinstance(score, bool) or not isinstance(score, int) or not low <= score <= high:
        raise ProtocolError("bad_feedback", f"score must be a whole number from {low} to {high}.")
    if comment is not None and (not isinstance(comment, str) or len(comment) > MAX_COMMENT):
        raise ProtocolError("bad_feedback", f"comment may have at most {MAX_COMMENT:,} characters.")
    return Feedback(str(kind), score, (comment or "").strip() or None)


def _client_id_or_none(frame: Mapping[str, Any]) -> str | None:
    value = frame.get("client_message_id")
    return value if isinstance(value, str) and CLIENT_ID.match(value) else None


def _whole(frame: Mapping[str, Any], name: str) -> int:
    value = frame.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise ProtocolError("bad_frame", f"{name} must be a whole number from 0.")
    return value


def _hello(frame: Mapping[str, Any]) -> Hello:
    token = frame.get("session_token")
    if not isinstance(token, str) or not 0 < len(token) <= 200:
        raise ProtocolError("bad_frame", "hello needs a session_token.")
    return Hello(token, _whole(frame, "last_seq") if "last_seq" in frame else 0)


def _typing(frame: Mapping[str, Any]) -> Typing:
    if not isinstance(frame.get("active"), bool):
        raise ProtocolError("bad_frame", "active must be true or false.")
    return Typing(frame["active"])


_READERS: dict[str, Callable[[Mapping[str, Any]], Frame]] = {
    "hello": _hello,
    "message": message_of,
    "typing": _typing,
    "read": lambda frame: Read(_whole(frame, "seq")),
    "request_human": lambda frame: RequestHuman(client_message_id_of(frame)),
    "back_to_bot": lambda _: BackToBot(),
    "end": lambda _: End(),
    "feedback": feedback_of,
    "ping": lambda _: Ping(),
}


def event_frame(event: Event) -> dict[str, Any] | None:
    """The frame a customer gets for an event; None for what is not theirs to see."""
    visible = public_view(event)
    if visible is None:
        return None
    return {"type": "event", "seq": event.seq, "at": event.at.isoformat().replace("+00:00", "Z"), "event": visible}


def error_frame(error: BatonError) -> dict[str, Any]:
    """The `error` frame of an error, with the message's id and the wait where they apply."""
    frame: dict[str, Any] = {"type": "error", "code": error.code, "message": error.message}
    client_message_id = getattr(error, "client_message_id", None)
    if client_message_id:
        frame["client_message_id"] = client_message_id
    if "retry_after" in error.details:
        frame["retry_after"] = round(float(error.details["retry_after"]), 1)
    return frame


@lru_cache
def typing_frame(by: str, active: bool) -> TextFrame:
    """The frame that says that somebody types, or has stopped."""
    return json_frame({"type": "typing", "by": by, "active": active})
