"""The installation that tests share: what `baton setup` makes of the project's own content, kept until that changes."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.support.running import ROOT, baton

KEPT = ROOT / "var" / "tests"
CONTENT = (
    "config.yml",
    "data/domain",
    "data/nlu",
    "data/rules",
    "data/stories",
    "data/shop",
    "data/kb",
    "bot/brain/nlu",
    "bot/training",
    "kb_index",
)


@cache
def installation() -> Path:
    """A state directory that `baton setup` has filled: model, index, demo shop, accounts. Kept until the content
    changes; whoever writes into it copies it first."""
    state = KEPT / f"installation-{_fingerprint()}"
    with alone():
        if not _whole(state):
            shutil.rmtree(KEPT, ignore_errors=True)
            done = baton("setup", "--json", state=state, timeout=900)
            assert done.returncode == 0, done.stderr
    return state


def installation_if_kept() -> Path | None:
    """`installation` if it need not be made."""
    state = KEPT / f"installation-{_fingerprint()}"
    return state if _whole(state) else None


def _whole(state: Path) -> bool:
    return (state / "first-accounts.txt").is_file()  # the last thing that `baton setup` writes


@contextmanager
def alone() -> Iterator[None]:
    """Several processes share the tests and what is kept for them: one makes it, the others wait for it."""
    KEPT.parent.mkdir(exist_ok=True)
    with (KEPT.parent / "tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for place in CONTENT:
        path = ROOT / place
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.suffix in {".yml", ".yaml", ".py", ".md", ".txt", ".npz"}:
                digest.update(file.relative_to(ROOT).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:16]
