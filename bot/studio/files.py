"""Writing content files so that nobody ever reads half of one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bot.errors import NotFound, Unavailable

LOCK_SECONDS = 10


def replace_file(path: Path, text: str) -> None:
    """Put a text in the place of a file, all at once. `Unavailable` `content_unavailable` if it cannot be stored; then
    the old file is still there."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with scratch.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            scratch.chmod(path.stat().st_mode & 0o777)
        scratch.replace(path)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise _not_stored(error) from error


def remove_file(path: Path) -> None:
    """Take a file away; `NotFound` if it is gone already."""
    try:
        path.unlink()
    except FileNotFoundError:
        raise NotFound("It is gone already.") from None
    except OSError as error:
        raise _not_stored(error) from error


@contextmanager
def changing(lock: Path) -> Iterator[None]:
    """Only one process changes content at a time."""
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(lock, timeout=LOCK_SECONDS):
            yield
    except Timeout as error:
        raise Unavailable(
            "Somebody else is saving right now. Try again in a moment.", code="content_unavailable"
        ) from error
    except OSError as error:
        raise _not_stored(error) from error


def _not_stored(error: OSError) -> Unavailable:
    return Unavailable(
        f"The change could not be stored ({error.strerror or error}). Nothing was changed.", code="content_unavailable"
    )
