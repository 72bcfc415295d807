"""What commands print: one JSON object on stdout for programs, progress and words on stderr for people."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.errors import InvalidInput

words = Console(stderr=True, highlight=False, soft_wrap=True)
plain = Console(highlight=False, soft_wrap=True)


def emit(value: Any) -> None:
    """Print one JSON object on stdout and nothing else."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def save_json(path: Path, value: Any) -> None:
    """Write a report where `--json OUT` says; `-` is stdout. The file appears whole or not at all."""
    if str(path) == "-":
        emit(value)
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise InvalidInput(f"Cannot write {path}: {error.strerror}") from error


def readable(path: Path) -> Path:
    """The path of an existing file; raises `InvalidInput` in plain words."""
    if not path.is_file():
        raise InvalidInput(f"There is no file {path}.")
    return path


@contextlib.contextmanager
def bar(title: str, total: float | None = None) -> Iterator[Progress]:
    """A progress bar on stderr with one task of id 0."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=words, transient=False) as progress:
        progress.add_task(title, total=total)
        yield progress


@contextlib.contextmanager
def quiet_stdout() -> Iterator[None]:
    """Send what libraries print on stdout to stderr, so that `--json` prints one object and nothing else."""
    with contextlib.redirect_stdout(sys.stderr):
        yield
