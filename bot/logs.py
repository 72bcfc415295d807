"""Log lines with fields. A customer's words are never one of them: ids, numbers, codes and times only.

What belongs together has the same fields everywhere: `conversation`, `turn`, and `messages`, the ids that the widget
gave its messages. They go with a message from the gateway that took it to the worker that answered it and back.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import IO, Any

FORMS = ("text", "json")
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}
_NOISY = ("httpx", "httpcore", "uvicorn.error", "alembic")


class Fields(logging.Formatter):
    """One line a record: as text with `name=value` at its end, or as a JSON object."""

    def __init__(self, form: str = "text") -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._as_json = form == "json"

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        fields = {name: value for name, value in vars(record).items() if name not in _USUAL}
        if self._as_json:
            return json.dumps(self._object(record, fields), ensure_ascii=False, default=str)
        line = super().format(record)
        if not fields:
            return line
        first, *rest = line.split("\n", 1)
        return "\n".join([f"{first} {' '.join(f'{name}={_short(value)}' for name, value in fields.items())}", *rest])

    def _object(self, record: logging.LogRecord, fields: dict[str, Any]) -> dict[str, Any]:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "logger": record.name, "event": record.getMessage()}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return line | fields


def set_up_logging(level: str, form: str = "text", stream: IO[str] | None = None) -> None:
    """Log to stderr, or to `stream`, in that form."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Fields(form))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{name}:{each}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return str(value)
