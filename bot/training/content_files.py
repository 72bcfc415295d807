"""Training files as an editor sees them: which example stands in which line of which file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

Severity = Literal["error", "warning"]

_ANNOTATION = re.compile(r"\[(?P<text>[^\]]+)\](?:\((?P<entity>[^)]*)\)|\{(?P<more>[^}]*)\})")
_HALF_ANNOTATION = re.compile(r"\[[^\]]*$|\]\([^)]*$|\]\{[^}]*$")


@dataclass(frozen=True)
class Problem:
    """Something wrong in a file; `message` says what and what to do. `line` counts from 1."""

    message: str
    file: str = ""
    line: int | None = None
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return place + self.message


@dataclass(frozen=True)
class Example:
    """A training utterance without its annotations, and where it stands."""

    text: str
    intent: str
    entities: tuple[str, ...]
    file: str
    line: int


@dataclass(frozen=True)
class ContentFile:
    """A YAML file with its parsed content, or the reason why it has none."""

    path: Path
    content: Any
    problem: Problem | None = None


def yaml_files(places: Sequence[Path]) -> list[Path]:
    """The YAML files of folders and the files among the places, in a fixed order."""
    found: list[Path] = []
    for place in places:
        found += sorted(p for p in place.rglob("*") if p.suffix in {".yml", ".yaml"}) if place.is_dir() else [place]
    return found


def read_content(path: Path) -> ContentFile:
    """Parses one file; a syntax error becomes a problem with its line."""
    try:
        content = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem or error.context or "this is no YAML"
        return ContentFile(path, None, _unreadable(path, mark.line + 1 if mark else None, said))
    except ReaderError as error:
        return ContentFile(path, None, _unreadable(path, None, f"a character that YAML does not allow: {error.reason}"))
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        return ContentFile(path, None, _unreadable(path, line, "this is not UTF-8 text"))
    except (OSError, YAMLError) as error:
        return ContentFile(path, None, _unreadable(path, None, str(error)))
    if content is not None and not isinstance(content, Mapping):
        return ContentFile(path, None, _unreadable(path, 1, "the file must begin with a key such as 'nlu:'"))
    return ContentFile(path, content or {})


def _unreadable(path: Path, line: int | None, said: str) -> Problem:
    return Problem(f"The file cannot be read: {said}. Check indentation, quotes and colons there.", str(path), line)


def examples_of(file: ContentFile) -> Iterator[Example | Problem]:
    """Every example of every intent of a file, with problems between them where a line is none."""
    items: Any = (file.content or {}).get("nlu") or []
    if not isinstance(items, Sequence):
        yield Problem("Under 'nlu:' a list is expected: '- intent: ...'.", str(file.path), 1)
        return
    for item in items:
        if isinstance(item, Mapping) and "intent" in item:
            yield from _examples_of_intent(file, item)


def _examples_of_intent(file: ContentFile, item: Any) -> Iterator[Example | Problem]:
    line: int = item.lc.line + 1
    intent, written = item["intent"], item.get("examples")
    if not isinstance(intent, str) or not intent:
        yield Problem("An intent needs a name: '- intent: order_status'.", str(file.path), line)
        return
    if not isinstance(written, str):
        yield Problem(
            f"The examples of '{intent}' must be a text block: 'examples: |' and then lines that begin with '- '.",
            str(file.path),
            line,
        )
        return
    first = item.lc.value("examples")[0] + 2
    for offset, text in enumerate(written.splitlines()):
        stripped = text.strip()
        if stripped.startswith("- "):
            yield _example(stripped[2:].strip(), intent, str(file.path), first + offset)
        elif stripped:
            yield Problem(
                f"This line of '{intent}' is no example, since it does not begin with '- '.",
                str(file.path),
                first + offset,
            )


def _example(written: str, intent: str, file: str, line: int) -> Example | Problem:
    if _HALF_ANNOTATION.search(_ANNOTATION.sub("", written)):
        return Problem(
            f"An annotation in '{intent}' is not closed. It is written [words](entity).", file, line, "warning"
        )
    entities = [_entity_name(match) for match in _ANNOTATION.finditer(written)]
    return Example(_ANNOTATION.sub(lambda m: m["text"], written), intent, tuple(filter(None, entities)), file, line)


def _entity_name(match: re.Match[str]) -> str:
    if match["entity"] is not None:
        return match["entity"].partition(":")[0].strip()
    named = re.search(r'"entity"\s*:\s*"([^"]+)"', match["more"])
    return named[1] if named else ""
