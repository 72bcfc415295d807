"""A conversation as a document: plain text, HTML or JSON."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from typing import Any

from bot.conversation.events import public_view
from bot.conversation.model import Conversation, Event

MEDIA_TYPES = {"txt": "text/plain; charset=utf-8", "html": "text/html; charset=utf-8", "json": "application/json"}
WHO = {"customer": "Customer", "bot": "Assistant", "agent": "Agent", "system": "Service"}


def render_transcript(conversation: Conversation, events: Iterable[Event], form: str, *, private: bool) -> str:
    """The transcript as `txt`, `html` or `json`. With `private` also notes and other staff events; raises KeyError
    for another form."""
    lines = [line for event in events if (line := _line(conversation, event, private))]
    return {"txt": _as_text, "html": _as_html, "json": _as_json}[form](conversation, lines)


def _line(conversation: Conversation, event: Event, private: bool) -> dict[str, Any] | None:
    data = dict(event.data) if private else public_view(event)
    if data is None:
        return None
    at = event.at.isoformat(timespec="seconds").replace("+00:00", "Z")
    if event.kind == "message":
        author = data.get("author", {})
        who = author.get("name") or _fallback(conversation, author.get("kind", "system"))
        return {
            "seq": event.seq,
            "at": at,
            "kind": "message",
            "by": author.get("kind"),
            "who": who,
            "text": data["text"],
        }
    if event.kind == "note":
        return {
            "seq": event.seq,
            "at": at,
            "kind": "note",
            "by": "note",
            "who": data["author"]["name"],
            "text": data["text"],
        }
    if event.kind == "state":
        return {"seq": event.seq, "at": at, "kind": "state", "by": "system", "who": "", "text": _state(data)}
    return None


def _fallback(conversation: Conversation, kind: str) -> str:
    if kind == "customer" and conversation.customer.name:
        return conversation.customer.name
    return WHO.get(kind, kind)


def _state(data: dict[str, Any]) -> str:
    words = {
        "bot": "The assistant has the conversation.",
        "queued": "Waiting for a person.",
        "agent": f"{(data.get('agent') or {}).get('name') or 'A person'} has the conversation.",
        "offline": "Message taken; a reply was promised.",
        "closed": "Closed.",
    }
    return words.get(str(data.get("to")), "")


def _as_text(conversation: Conversation, lines: list[dict[str, Any]]) -> str:
    head = f"Conversation {conversation.id}, started {conversation.created_at.isoformat(timespec='minutes')}\n\n"
    body = []
    for line in lines:
        if line["kind"] == "state":
            body.append(f"[{line['at']}] -- {line['text']}")
        else:
            note = " (private note)" if line["kind"] == "note" else ""
            body.append(f"[{line['at']}] {line['who']}{note}: {line['text']}")
    return head + "\n".join(body) + "\n"


def _as_html(conversation: Conversation, lines: list[dict[str, Any]]) -> str:
    rows = "\n".join(
        f'<li class="{html.escape(line["kind"])}"><time>{line["at"]}</time> <b>{html.escape(line["who"])}</b> '
        f"<p>{html.escape(line['text'])}</p></li>"
        for line in lines
    )
    head = f'<meta charset="utf-8"><title>Conversation {html.escape(conversation.id)}</title>'
    body = f"<h1>Conversation</h1>\n<ol>\n{rows}\n</ol>"
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{body}</body></html>\n'


def _as_json(conversation: Conversation, lines: list[dict[str, Any]]) -> str:
    return json.dumps({"conversation_id": conversation.id, "lines": lines}, ensure_ascii=False, indent=1)
