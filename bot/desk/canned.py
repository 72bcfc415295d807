"""Ready replies with variables, kept with the bot's content in `data/desk/canned.yml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.conversation.model import Conversation
from bot.errors import BatonError

VARIABLES = ("customer", "agent", "order")
_VARIABLE = re.compile(r"\{(\w+)\}")


class BrokenCanned(BatonError):
    """The file of ready replies cannot be read; the message names the line."""

    code = "broken_canned"


@dataclass(frozen=True, slots=True)
class CannedReply:
    """A ready reply; `text` holds variables in braces."""

    shortcut: str
    title: str
    text: str


class CannedReplies:
    """Reads the file when it has changed. Without a file there are none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: int | None = None
        self._replies: list[CannedReply] = []

    def all(self) -> list[CannedReply]:
        """Every ready reply in the order of the file. Raises `BrokenCanned`."""
        stamp = self._path.stat().st_mtime_ns if self._path.is_file() else None
        if stamp != self._stamp:
            self._replies = _read(self._path) if stamp is not None else []
            self._stamp = stamp
        return self._replies


def filled(text: str, values: Mapping[str, str | None]) -> str:
    """The text with its variables filled in; what is not known stays as `[name]`, to be seen and mended."""
    return _VARIABLE.sub(lambda found: values.get(found[1]) or f"[{found[1]}]", text)


def values_for(conversation: Conversation | None, agent_name: str) -> dict[str, str | None]:
    """What the variables stand for in a conversation."""
    if conversation is None:
        return {"agent": _first(agent_name)}
    return {
        "agent": _first(agent_name),
        "customer": _first(conversation.customer.name),
        "order": _order(conversation.handoff or {}),
    }


def _first(name: str | None) -> str | None:
    return name.split()[0] if name and name.split() else None


def _order(handoff: Mapping[str, Any]) -> str | None:
    for order in handoff.get("orders") or ():
        number = order.get("order_number") or order.get("order_id") or order.get("number") or order.get("id")
        if number:
            return str(number)
    slots = handoff.get("slots") or {}
    number = slots.get("order_number") or slots.get("order_id")
    return str(number) if number else None


def _read(path: Path) -> list[CannedReply]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        entries = content["canned_replies"]
        replies = [CannedReply(str(e["shortcut"]), str(e["title"]), str(e["text"]).strip()) for e in entries]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise BrokenCanned(f"{path.name}, line {mark.line + 1 if mark else '?'}: not valid YAML.") from error
    except (KeyError, TypeError) as error:
        raise BrokenCanned(f"{path.name}: every ready reply needs shortcut, title and text.") from error
    unknown = {name for reply in replies for name in _VARIABLE.findall(reply.text)} - set(VARIABLES)
    if unknown:
        raise BrokenCanned(f"{path.name}: unknown variable {sorted(unknown)[0]}; there are {', '.join(VARIABLES)}.")
    return replies
