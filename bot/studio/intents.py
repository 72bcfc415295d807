"""Intents and their example utterances, in the files Rasa trains on. Comments, order and style of a file stay."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarstring import LiteralScalarString

from bot.errors import Conflict, InvalidInput, NotFound, Unavailable
from bot.studio.files import changing, replace_file
from bot.studio.versions import GivenOut

LONGEST_EXAMPLE = 500
MOST_EXAMPLES = 2000
_ANNOTATION = re.compile(r"\[([^\[\]]+)\](?:\([^()]*\)|\{[^{}]*\})")
_BRACKETS = str.maketrans("[]{}", "()()")


@dataclass(frozen=True, slots=True)
class Intent:
    """An intent with its examples as they stand in the file, and their version."""

    name: str
    file: str
    examples: tuple[str, ...]
    version: str


class IntentFiles:
    """Reads and writes `data/nlu/*.yml`. Every call works on what the files hold now; blocks, so call it in a
    thread."""

    def __init__(self, folder: Path, lock: Path) -> None:
        self._folder = folder
        self._lock = lock
        self._given = GivenOut()

    def all(self) -> list[Intent]:
        """Every intent, by name. `Unavailable` `broken_content` names a file that cannot be read."""
        found = [self._intent(place) for place in self._places()]
        return sorted(found, key=lambda intent: intent.name)

    def get(self, name: str) -> Intent:
        """One intent; `NotFound` `unknown_intent`."""
        return self._intent(self._place(name))

    def put(self, name: str, examples: Sequence[str], version: str) -> Intent:
        """Replace an intent's examples. `StaleWrite` if it is not of that version any more, `InvalidInput`
        `bad_example`, `Conflict` `example_elsewhere`."""
        wanted = _checked(examples)
        with changing(self._lock):
            place = self._place(name)
            self._given.check(name, version, place.examples)
            self._refuse_elsewhere(name, [text for text in wanted if text not in place.examples])
            place.write(wanted)
        return self.get(name)

    def add(self, name: str, example: str, *, move: bool = False) -> Intent:
        """Add one example at the end; nothing happens if it is there. One that stands with another intent is a
        `Conflict` `example_elsewhere`, or moved if asked for."""
        [text] = _checked([example])
        with changing(self._lock):
            self._place(name)
            if move:
                self._take_out(text, besides=name)
            else:
                self._refuse_elsewhere(name, [text])
            place = self._place(name)
            if _plain(text) not in {_plain(known) for known in place.examples}:
                place.write([*place.examples, text])
        return self.get(name)

    def _take_out(self, text: str, besides: str) -> None:
        for place in list(self._places()):
            kept = [known for known in place.examples if _plain(known) != _plain(text)]
            if place.name != besides and len(kept) < len(place.examples):
                self._place(place.name).write(kept)

    def _refuse_elsewhere(self, name: str, examples: Sequence[str]) -> None:
        new = {_plain(text): text for text in examples}
        for place in self._places():
            for known in place.examples:
                if place.name != name and _plain(known) in new:
                    raise Conflict(
                        f"'{new[_plain(known)]}' is an example of {place.name} already. Move it, or leave it there.",
                        code="example_elsewhere",
                        details={"intent": place.name, "example": new[_plain(known)]},
                    )

    def _intent(self, place: _Place) -> Intent:
        version = self._given.remember(place.name, place.examples)
        return Intent(place.name, place.path.relative_to(self._folder).as_posix(), tuple(place.examples), version)

    def _place(self, name: str) -> _Place:
        for place in self._places():
            if place.name == name:
                return place
        raise NotFound(f"There is no intent {name}.", code="unknown_intent", details={"intent": name})

    def _places(self) -> Iterator[_Place]:
        for path in sorted([*self._folder.rglob("*.yml"), *self._folder.rglob("*.yaml")]):
            content = _load(path)
            for item in (content or {}).get("nlu") or []:
                if isinstance(item, dict) and "intent" in item and isinstance(item.get("examples"), str):
                    yield _Place(path, content, item)


class _Place:
    """An intent inside a parsed file."""

    def __init__(self, path: Path, content: Any, item: Any) -> None:
        self.path = path
        self.name = str(item["intent"])
        self._content = content
        self._item = item

    @property
    def examples(self) -> list[str]:
        lines = (line.strip() for line in self._item["examples"].splitlines())
        return [line[2:].strip() for line in lines if line.startswith("- ")]

    def write(self, examples: Sequence[str]) -> None:
        block = LiteralScalarString("".join(f"- {text}\n" for text in examples))
        old = self._item["examples"]
        if getattr(old, "comment", None) is not None:
            block.comment = old.comment  # what stands below the block in the file
        self._item["examples"] = block
        out = io.StringIO()
        _yaml().dump(self._content, out)
        replace_file(self.path, out.getvalue())


def as_example(text: str) -> str:
    """A customer's words as an example: one line, without signs that would be read as an annotation."""
    return " ".join(text.translate(_BRACKETS).split()).lstrip("/ ")[:LONGEST_EXAMPLE]


def _checked(examples: Sequence[str]) -> list[str]:
    if not examples:
        raise InvalidInput("An intent needs at least one example.", code="bad_example")
    if len(examples) > MOST_EXAMPLES:
        raise InvalidInput(f"An intent has at most {MOST_EXAMPLES:,} examples.", code="bad_example")
    cleaned = [text.strip() for text in examples]
    seen: dict[str, int] = {}
    for number, text in enumerate(cleaned, start=1):
        problem = _problem(text)
        if problem is None and _plain(text) in seen:
            problem = f"It is the same as example {seen[_plain(text)]}."
        if problem is not None:
            raise InvalidInput(
                f"Example {number}: {problem}", code="bad_example", details={"number": number, "problem": problem}
            )
        seen[_plain(text)] = number
    return cleaned


def _problem(text: str) -> str | None:
    checks: list[tuple[Callable[[], bool], str]] = [
        (lambda: not text, "It is empty. Write something or take it out."),
        (lambda: len(text) > LONGEST_EXAMPLE, f"It is longer than {LONGEST_EXAMPLE} characters. Shorten it."),
        (lambda: not text.isprintable(), "It must be one line without control characters."),
        (lambda: text.startswith("/"), "It begins with '/', which stands for an intent. Take it out."),
        (
            lambda: any(sign in _ANNOTATION.sub("", text) for sign in "[]"),
            "A bracket is not closed. Annotations are written [words](entity).",
        ),
    ]
    return next((words for wrong, words in checks if wrong()), None)


def _plain(text: str) -> str:
    return " ".join(_ANNOTATION.sub(r"\1", text).lower().split())


def _yaml() -> Any:
    yaml: Any = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    return yaml


def _load(path: Path) -> Any:
    try:
        return _yaml().load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise _broken(path, line, error.problem or "it is not valid YAML") from error
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise _broken(path, None, str(error)) from error


def _broken(path: Path, line: int | None, what: str) -> Unavailable:
    place = f"{path.name}, line {line}" if line else path.name
    error = Unavailable(f"{place} cannot be read: {what}. Mend it there, then look again.", code="broken_content")
    error.details |= {"file": path.name, "line": line}
    return error
