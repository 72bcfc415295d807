"""A whole SQLite installation in one file, taken while it runs, and put back."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.errors import Conflict, InvalidInput, NotFound
from bot.running import nobody_serving_from
from bot.storage.database import connect
from bot.storage.snapshot import check_database, snapshot

FORM = 1
MANIFEST = "manifest.json"
MAIN = "baton.sqlite3"
SECRETS = ("secret_key", "worker_token")
MODELS = "models"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is backed up: databases by their name in the archive, and the state directory with secrets and models."""

    databases: Mapping[str, Path]
    state: Path


def back_up(kept: Kept, file: Path) -> dict[str, Any]:
    """Write everything to a new file that only its owner may read; what is in it. The service may go on running.

    `Conflict` `file_exists`; `NotFound` `nothing_to_back_up` before the first start."""
    if file.exists():
        raise Conflict(f"{file} exists already. Choose another name.", code="file_exists")
    found = {name: path for name, path in kept.databases.items() if path.is_file()}
    if MAIN not in found:
        raise NotFound("There is no database yet. Run `baton setup` first.", code="nothing_to_back_up")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as draft:
        folder = Path(draft) / "content"
        folder.mkdir(mode=0o700)
        snapshot({path: folder / name for name, path in found.items()})
        _copy_files(kept.state, folder)
        manifest = {
            "form": FORM,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "schema": _schema_of(folder / MAIN),
            "files": _digests(folder),
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=1))
        packed = Path(draft) / "packed"
        with tarfile.open(packed, "w:gz", compresslevel=3) as archive:
            for path in sorted(folder.rglob("*")):
                archive.add(path, path.relative_to(folder).as_posix(), recursive=False)
        packed.chmod(0o600)
        os.link(packed, file)  # whole or not at all, and never over another one
    return manifest | {"bytes": file.stat().st_size}


def restore(kept: Kept, file: Path) -> dict[str, Any]:
    """Put a backup in the place of this installation; what was there is moved into `replaced-TIME` beside it.

    Nothing is touched unless the whole file is sound. `Conflict` `still_running`; `InvalidInput` `bad_backup`;
    `SchemaTooNew` for a backup of a newer program."""
    if not file.is_file():
        raise NotFound(f"There is no file {file}.", code="no_backup")
    with nobody_serving_from(kept.state), tempfile.TemporaryDirectory(prefix=".restore-", dir=kept.state) as draft:
        folder = Path(draft)
        manifest = _unpacked(file, folder)
        for name in kept.databases.keys() & manifest["files"].keys():
            if wrong := check_database(folder / name):
                raise _bad(f"{name} in it is damaged ({wrong})")
        _schema_of(folder / MAIN)
        aside = kept.state / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        _put_in_place(kept, folder, manifest["files"], aside)
    return manifest | {"replaced": str(aside) if aside.exists() else None}


def _copy_files(state: Path, folder: Path) -> None:
    for name in SECRETS:
        with suppress(FileNotFoundError):
            shutil.copy2(state / name, folder / name)
    models = state / MODELS
    # The registry is read before the archives it names: one registered meanwhile is no loss, a missing one would be.
    for path in sorted(models.rglob("*"), key=lambda each: (each.suffix != ".json", each)):
        if path.is_file() and not path.name.startswith("."):
            target = folder / path.relative_to(state)
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                shutil.copy2(path, target)


def _unpacked(file: Path, folder: Path) -> dict[str, Any]:
    """The manifest of an archive that is sound; `InvalidInput` `bad_backup` otherwise."""
    try:
        with tarfile.open(file, "r:*") as archive:
            archive.extractall(folder, filter="data")
        manifest = json.loads((folder / MANIFEST).read_text())
        form, files = manifest["form"], manifest["files"]
    except (tarfile.TarError, OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise _bad("it is not a backup of Baton, or it is cut off") from error
    if form != FORM:
        raise _bad(f"it has form {form}, and this version reads form {FORM}")
    if MAIN not in files or _digests(folder, leave_out=MANIFEST) != files:
        raise _bad("its content is not what was put in")
    return dict(manifest)


def _put_in_place(kept: Kept, folder: Path, files: Mapping[str, str], aside: Path) -> None:
    targets = {name: kept.databases.get(name, kept.state / name) for name in files}
    for name, target in targets.items():
        if name in kept.databases:
            for beside in (target, Path(f"{target}-wal"), Path(f"{target}-shm")):
                _move(beside, aside / beside.name)
    _move(kept.state / MODELS, aside / MODELS)
    for name, target in targets.items():
        if name not in kept.databases:
            _move(target, aside / name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder / name, target)


def _move(source: Path, target: Path) -> None:
    if source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, target)


def _schema_of(path: Path) -> str | None:
    """The schema of a database file; `SchemaTooNew` if this program does not know it."""
    return asyncio.run(connect(f"sqlite:///{path}").revision())


def _digests(folder: Path, leave_out: str | None = None) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): _digest(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).as_posix() != leave_out
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bad(why: str) -> InvalidInput:
    return InvalidInput(f"This backup cannot be restored: {why}.", code="bad_backup")
