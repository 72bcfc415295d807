"""What a worker process is told by whoever starts it. Light: the gateway imports this, not the worker."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """Everything a worker needs; paths as given by whoever starts it."""

    models_dir: str
    index_dir: str
    data_dir: str
    cache_dir: str
    shop_url: str
    token: str
    port: int
    host: str = "127.0.0.1"
    embedding_model: str | None = None
    log_level: str = "info"
    log_format: str = "text"

    def to_json(self) -> str:
        """For the first line of a supervised worker's stdin: nothing secret is on a command line."""
        return json.dumps(asdict(self))
