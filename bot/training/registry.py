"""The models that were trained: which one serves, which one served before, and whether an archive is still itself."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from bot.errors import BatonError, Conflict, NotFound, Unavailable

Status = Literal["candidate", "live", "previous"]

KEEP = 10
"""Candidates kept beside the live and the previous model; older ones go when a new one comes."""

_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
_LOCK_SECONDS = 10


class ModelRefused(BatonError):
    """The archive is missing, or not the one that was registered; it must not be loaded."""

    code = "model_refused"


class GateFailed(Conflict):
    """The model did worse on held-out data than the live one; promoting it needs `force`."""

    code = "gate_failed"


@dataclass(frozen=True)
class ModelRecord:
    """What is known of a trained model. `created_at` is ISO 8601 in UTC, `size` in bytes."""

    id: str
    created_at: str
    sha256: str
    size: int
    data_fingerprint: str
    metrics: Mapping[str, Any]
    status: Status = "candidate"

    @property
    def passed_gate(self) -> bool:
        """False only where the held-out gate said no."""
        return bool(self.metrics.get("gate", {}).get("passed", True))


class Registry:
    """A folder with `ID.tar.gz` for each model and `registry.json`, replaced as a whole at every change.

    Several processes may use one folder. Raises `NotFound`, `ModelRefused`, `GateFailed`, `Unavailable`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = folder / "registry.json"

    def list(self) -> list[ModelRecord]:
        """All models, newest first."""
        return sorted(_records(self._read()), key=lambda record: (record.created_at, record.id), reverse=True)

    def get(self, model_id: str) -> ModelRecord:
        """One model."""
        for record in _records(self._read()):
            if record.id == model_id:
                return record
        raise NotFound(
            f"There is no model {model_id}. `baton models list` shows those there are.",
            code="model_not_found",
            details={"id": model_id},
        )

    def live(self) -> ModelRecord | None:
        """The model that serves; None before the first promotion."""
        return next((record for record in _records(self._read()) if record.status == "live"), None)

    def archive(self, model_id: str) -> Path:
        """The file to load, after its hash was compared with the registered one."""
        record = self.get(model_id)
        path = self._path(model_id)
        if not path.is_file():
            raise ModelRefused(f"The file of model {model_id} is gone. Train again.", details={"id": model_id})
        if file_hash(path) != record.sha256:
            raise ModelRefused(
                f"The file of model {model_id} is not the one that was trained, so it is not loaded. "
                "Roll back to another model or train again.",
                details={"id": model_id},
            )
        return path

    def register(self, archive: Path, data_fingerprint: str, metrics: Mapping[str, Any]) -> ModelRecord:
        """Takes the archive into the folder as a candidate, and lets go of the oldest candidates beyond `KEEP`."""
        now = datetime.now(UTC)
        model_id = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            scratch = self._folder / f".{model_id}.part"
            shutil.copyfile(archive, scratch)
            digest, size = file_hash(scratch), scratch.stat().st_size
            with self._changing() as index:
                scratch.replace(self._path(model_id))
                record = ModelRecord(model_id, now.isoformat(), digest, size, data_fingerprint, dict(metrics))
                index["models"][model_id] = _plain(record)
                dropped = _drop_oldest(index)
        except OSError as error:
            raise _not_stored(error) from error
        for old in dropped:
            self._path(old).unlink(missing_ok=True)
        return record

    def promote(self, model_id: str, force: bool = False) -> ModelRecord:
        """Makes the model the live one. `force` also one that failed the held-out gate."""
        record = self.get(model_id)
        self.archive(model_id)
        if not record.passed_gate and not force:
            raise GateFailed(
                f"Model {model_id} does worse on held-out examples than the live one: "
                f"{'; '.join(record.metrics['gate'].get('reasons', []))}.",
                details={"id": model_id, "gate": record.metrics["gate"]},
            )
        with self._changing() as index:
            if index["live"] != model_id:
                index["previous"], index["live"] = index["live"], model_id
        return self.get(model_id)

    def rollback(self) -> ModelRecord:
        """Makes the previous model live again; the one that was live becomes the previous."""
        previous = self._read()["previous"]
        if previous is None:
            raise Conflict("There is no earlier model to go back to.", code="nothing_to_roll_back")
        self.archive(previous)
        with self._changing() as index:
            if index["previous"] != previous:
                raise Conflict("Somebody else changed the live model at the same moment. Look again, then decide.")
            index["previous"], index["live"] = index["live"], previous
        return self.get(previous)

    def _path(self, model_id: str) -> Path:
        if not _ID.fullmatch(model_id):
            raise NotFound(f"{model_id!r} is no model's id.", code="model_not_found")
        return self._folder / f"{model_id}.tar.gz"

    def _read(self) -> dict[str, Any]:
        try:
            index = json.loads(self._index.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {"models": {}, "live": None, "previous": None}
        except (OSError, ValueError) as error:
            raise Unavailable(f"The list of models, {self._index.name}, cannot be read: {error}.") from error
        return dict(index)

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        try:
            with FileLock(self._folder / ".lock", timeout=_LOCK_SECONDS):
                index = self._read()
                yield index
                _replace_file(self._index, json.dumps(index, indent=1))
        except Timeout as error:
            raise Unavailable("Another process is changing the models. Try again in a moment.") from error
        except OSError as error:
            raise _not_stored(error) from error


def file_hash(path: Path) -> str:
    """SHA-256 of a file, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _not_stored(error: OSError) -> Unavailable:
    return Unavailable(f"The models cannot be stored: {error.strerror or error}. Free some space, then try again.")


def _records(index: Mapping[str, Any]) -> Iterator[ModelRecord]:
    status: dict[str, Status] = {}
    if index["previous"]:
        status[index["previous"]] = "previous"
    if index["live"]:
        status[index["live"]] = "live"
    for model_id, plain in index["models"].items():
        yield replace(ModelRecord(**plain), status=status.get(model_id, "candidate"))


def _plain(record: ModelRecord) -> dict[str, Any]:
    plain = asdict(record)
    del plain["status"]
    return plain


def _drop_oldest(index: dict[str, Any]) -> list[str]:
    candidates = sorted(set(index["models"]) - {index["live"], index["previous"]})
    dropped = candidates[:-KEEP]
    for model_id in dropped:
        del index["models"][model_id]
    return dropped


def _replace_file(path: Path, text: str) -> None:
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    with scratch.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
