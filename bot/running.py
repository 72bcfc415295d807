"""Whether something serves from a state directory: a lock that the kernel takes back from whoever dies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bot.errors import Conflict

LOCK = "serving.lock"


@contextmanager
def serving_from(state: Path) -> Iterator[None]:
    """Hold the state directory as one of those who serve from it; `Conflict` `being_restored` while it is replaced."""
    with _lock_file(state) as file:
        _lock(file, fcntl.LOCK_SH, "This installation is being restored right now. Try again.", "being_restored")
        yield


@contextmanager
def nobody_serving_from(state: Path) -> Iterator[None]:
    """Hold the state directory alone; `Conflict` `still_running` while somebody serves from it."""
    with _lock_file(state) as file:
        _lock(file, fcntl.LOCK_EX, "Baton is running on this installation. Stop it first.", "still_running")
        yield


def _lock_file(state: Path) -> IO[str]:
    state.mkdir(parents=True, exist_ok=True)
    return (state / LOCK).open("a")


def _lock(file: IO[str], how: int, message: str, code: str) -> None:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Conflict(message, code=code) from error
