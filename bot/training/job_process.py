"""The process of one training: reads an order from standard input, writes one JSON event a line."""

from __future__ import annotations

import gc
import json
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from bot.training.paths import Paths

_OBJECTS = 500_000
"""So many new ones until the collector looks; a training on the demo's content makes some millions."""


class Reporter:
    """Writes events to the standard output the process was started with; everything else goes to the log."""

    def __init__(self) -> None:
        self._out: TextIO = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
        os.dup2(2, 1)

    def progress(self, stage: str, share: float, message: str) -> None:
        """Says where the training is."""
        self._write({"event": "progress", "stage": stage, "share": round(share, 3), "message": message})

    def failed(self, message: str, problems: Sequence[Any] = ()) -> None:
        """Says why there is no model."""
        details = {"problems": [asdict(problem) for problem in problems]}
        self._write({"event": "failed", "message": message, "details": details})

    def done(self, **result: Any) -> None:
        """Hands over the result."""
        self._write({"event": "done", **result})

    def _write(self, event: dict[str, Any]) -> None:
        self._out.write(json.dumps(event) + "\n")


class _ComponentProgress(logging.Handler):
    """Turns Rasa's own notes on components into progress."""

    def __init__(self, reporter: Reporter) -> None:
        super().__init__(logging.INFO)
        self._reporter = reporter
        self._share = 0.2

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if "Starting to train component" in message:
            self._share = min(0.6, self._share + 0.08)
            self._reporter.progress("training", self._share, f"Training {message.split(chr(39))[1]}")


def main() -> None:
    """Carries out the order."""
    # This process makes much, keeps nearly all of it and ends: looking for what could be let go is time for nothing.
    gc.set_threshold(_OBJECTS, 100, 100)
    reporter = Reporter()
    order = json.load(sys.stdin)
    paths = {name: Path(value) for name, value in order["project"].items() if name != "embedding_model"}
    project = Paths(**paths, embedding_model=order["project"]["embedding_model"])
    reporter.progress("checking", 0.02, "Reading the content")
    from rasa.utils.log_utils import configure_structlog  # noqa: PLC0415

    from bot.training.job_steps import Broken, carry_out  # noqa: PLC0415 - loads Rasa: say first that it begins
    from bot.training.reading_costs import spare  # noqa: PLC0415

    spare()

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    # Rasa writes down every step of every rule unless it is told how much to say.
    configure_structlog(logging.WARNING)
    hooks = logging.getLogger("rasa.engine.training.hooks")
    hooks.setLevel(logging.INFO)
    hooks.addHandler(_ComponentProgress(reporter))
    try:
        result = carry_out(project, Path(order["folder"]), order["live"], reporter.progress, alone=True)
    except Broken as error:
        reporter.failed(str(error), error.problems)
    else:
        reporter.done(**result)


if __name__ == "__main__":
    main()
