"""Which archive the worker should serve: the registry's live one, if it is still what was registered."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from bot.errors import BatonError
from bot.training.registry import Registry

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LiveModel:
    """The model to serve."""

    id: str
    archive: Path


class LiveModelWatch:
    """Looks whether another model has been made live; costs one file look-up while nothing changes."""

    def __init__(self, models_dir: Path) -> None:
        self._index = models_dir / "registry.json"
        self._registry = Registry(models_dir)
        self._seen: tuple[int, int] | None = None
        self._found: LiveModel | None = None

    def look(self) -> LiveModel | None:
        """The live model; None while there is none, or when its archive is missing or was exchanged."""
        stamp = self._stamp()
        if stamp != self._seen:
            self._found = self._read()
            self._seen = stamp
        return self._found

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = self._index.stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_ino

    def _read(self) -> LiveModel | None:
        try:
            live = self._registry.live()
            return LiveModel(live.id, self._registry.archive(live.id)) if live else None
        except BatonError as error:
            _log.error("%s", error.message)
            return self._found
