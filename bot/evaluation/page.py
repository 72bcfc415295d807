"""One report as one HTML file that needs nothing else: tables, charts, worst examples."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from bot.errors import InvalidInput

_SHORT = 24
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2329; --soft: #5b6770; --line: #d8dee3; --paper: #fff;
  --a: #0b6e69; --b: #b4541a; --c: #5a4fcf; --bad: #b3261e }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf0; --soft: #9fb0ba; --line: #37424a; --paper: #14191d;
  --a: #4fc3ba; --b: #f0965a; --c: #a9a2ff; --bad: #ff8a80 } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 64rem;
  margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2.2rem }
p, figcaption { color: var(--soft); max-width: 44rem }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: break-word }
th { font-weight: 600; color: var(--soft); white-space: nowrap } td.bad { color: var(--bad); font-weight: 600 }
td.number { white-space: nowrap } a { color: var(--a) }
figure { margin: 1rem 0 } svg { width: 100%; max-width: 40rem; height: auto }
.grid { stroke: var(--line) } .line { fill: none; stroke-width: 2 } .line.c0 { stroke: var(--soft); stroke-width: 1 }
.line.c1 { stroke: var(--a) } .line.c2 { stroke: var(--b) } .line.c3 { stroke: var(--c) } .bar { fill: var(--a) }
text { font: 11px system-ui, sans-serif; fill: var(--soft); text-anchor: middle }
text.right { text-anchor: end } text.legend { text-anchor: start }
text.c1 { fill: var(--a) } text.c2 { fill: var(--b) } text.c3 { fill: var(--c) }
"""


@dataclass(frozen=True)
class Link:
    """A cell that leads to another page of the same folder."""

    words: str
    file: str


@dataclass
class Page:
    """A report under construction; everything added is escaped except charts, which are ours."""

    title: str
    _parts: list[str] = field(default_factory=list)

    def heading(self, words: str, about: str = "") -> None:
        """A new section with a sentence on what it shows."""
        self._parts.append(f"<h2>{escape(words)}</h2>" + (f"<p>{escape(about)}</p>" if about else ""))

    def figures(self, figures: dict[str, Any]) -> None:
        """Names and values, one a row."""
        self.table(("figure", "value"), [(name, shown(value)) for name, value in figures.items()])

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[Any]], bad: frozenset[int] = frozenset()) -> None:
        """A table; rows whose number is in `bad` stand out."""
        head = "".join(f"<th>{escape(name)}</th>" for name in heads)
        lines = []
        for number, row in enumerate(rows):
            lines.append("<tr>" + "".join(_cell(cell, number in bad) for cell in row) + "</tr>")
        body = "".join(lines) or f'<tr><td colspan="{len(heads)}">none</td></tr>'
        self._parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")

    def chart(self, svg: str, caption: str) -> None:
        """A chart of `bot.evaluation.charts` with words below."""
        self._parts.append(f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>")

    def html(self) -> str:
        """The whole page."""
        title = escape(self.title)
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
            f"<body><h1>{title}</h1>{''.join(self._parts)}</body></html>\n"
        )

    def save(self, path: Path) -> None:
        """Writes the page; the file appears whole or not at all. Raises `InvalidInput`."""
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(self.html(), encoding="utf-8")
            draft.replace(path)
        except OSError as error:
            raise InvalidInput(f"Cannot write {path}: {error.strerror}") from error


def _cell(value: Any, bad: bool) -> str:
    if isinstance(value, Link):
        return f'<td><a href="{escape(value.file)}">{escape(value.words)}</a></td>'
    words = shown(value)
    # Short cells are figures and names: a line break within one only makes it harder to read.
    names = [name for name, due in (("bad", bad), ("number", len(words) < _SHORT)) if due]
    mark = f' class="{" ".join(names)}"' if names else ""
    return f"<td{mark}>{escape(words)}</td>"


def shown(value: Any) -> str:
    """A value as people read it: four digits after the point at most."""
    if value is None:
        return "-"
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
