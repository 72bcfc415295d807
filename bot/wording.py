"""The service's own sentences, read from the bot's responses (`utter_service_*` in `data/domain`)."""

from __future__ import annotations

import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.conversation.model import Reply
from bot.errors import BatonError

PREFIX = "utter_service_"


class BrokenWording(BatonError):
    """A response file cannot be read or lacks a sentence that the service needs."""

    code = "broken_wording"


class ResponseWords:
    """`Words` over the domain's response files; loaded once, `reload` takes up an editor's change."""

    def __init__(self, domain_dir: Path) -> None:
        self._dir = domain_dir
        self._responses: Mapping[str, Mapping[str, Any]] = {}
        self.reload()

    def reload(self) -> None:
        """Read the files anew; raises `BrokenWording` naming file and line and keeps what was there."""
        found: dict[str, Mapping[str, Any]] = {}
        for path in sorted(self._dir.glob("**/*.yml")):
            found.update(_service_responses(path))
        if not found:
            raise BrokenWording(f"No {PREFIX}... responses under {self._dir}.")
        self._responses = found

    def say(self, name: str, /, **values: Any) -> Reply:
        """The response `utter_service_<name>` with `{placeholders}` filled; raises KeyError if there is none."""
        response = self._responses[PREFIX + name]
        buttons = tuple(
            {"title": _fill(button["title"], values), "payload": str(button["payload"])}
            for button in response.get("buttons", [])
        )
        return Reply(text=_fill(response["text"], values).strip(), quick_replies=buttons)

    def names(self) -> set[str]:
        """Every sentence there is, without the prefix."""
        return {name.removeprefix(PREFIX) for name in self._responses}


def _service_responses(path: Path) -> dict[str, Mapping[str, Any]]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else "?"
        raise BrokenWording(f"{path}, line {line}: not valid YAML. Mend it and start again.") from error
    responses = content.get("responses") or {}
    return {name: variants[0] for name, variants in responses.items() if name.startswith(PREFIX) and variants}


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def _fill(text: str, values: Mapping[str, Any]) -> str:
    present = {key: value for key, value in values.items() if value is not None}
    return string.Formatter().vformat(text, (), _Blank(present))
