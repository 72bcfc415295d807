"""One installation as values: where things lie and its secrets. Made in the composition root from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """Files and folders of an installation."""

    root: Path
    data: Path
    state: Path

    @property
    def config(self) -> Path:
        """Rasa's pipeline and policies."""
        return self.root / "config.yml"

    @property
    def domain(self) -> Path:
        """Rasa's domain."""
        return self.data / "domain"

    @property
    def articles(self) -> Path:
        """The knowledge base's articles."""
        return self.data / "kb"

    @property
    def models(self) -> Path:
        """Trained models and their registry."""
        return self.state / "models"

    @property
    def index(self) -> Path:
        """The knowledge base's index."""
        return self.state / "kb_index"

    @property
    def cache(self) -> Path:
        """Embeddings and exported encoders, safe to delete."""
        return self.state / "cache"

    @property
    def logs(self) -> Path:
        """Logs of worker processes."""
        return self.state / "logs"

    @property
    def widget(self) -> Path:
        """The built front end."""
        return self.root / "widget"

    @property
    def first_accounts(self) -> Path:
        """One-time passwords of the accounts made on the first start, mode 600."""
        return self.state / "first-accounts.txt"


@dataclass(frozen=True, slots=True)
class Secrets:
    """Values that are never logged."""

    key: str
    worker_token: str
    identity: str | None = None
