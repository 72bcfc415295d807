"""Where a bot's content and models lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_TRAINING_FOLDERS = ("nlu", "rules", "stories")


@dataclass(frozen=True)
class Paths:
    """`config`: config.yml; `domain`: folder or file; `data`: holds nlu/, rules/, stories/; `models`: the registry.

    `cache` keeps what makes a repeated training fast and may be thrown away. `embedding_model` replaces the
    sentence encoder named in `config`; None leaves it.
    """

    config: Path
    domain: Path
    data: Path
    models: Path
    cache: Path
    embedding_model: str | None = None

    @classmethod
    def of_project(cls, root: Path, state: Path | None = None) -> Paths:
        """The layout of this repository under `root`, state under `state` (default `root/var`)."""
        state = state or root / "var"
        data = root / "data"
        return cls(root / "config.yml", data / "domain", data, state / "models", state / "cache")

    @property
    def training_folders(self) -> list[Path]:
        """Folders of training files; the shop's data, articles and tests beside them are none."""
        return [folder for name in _TRAINING_FOLDERS if (folder := self.data / name).is_dir()]
