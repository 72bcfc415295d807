"""Labelled texts as Rasa's training data, without going through a file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.errors import InvalidInput


@dataclass(frozen=True)
class Row:
    """A text and what it means."""

    text: str
    label: str


def read_rows(path: Path) -> list[Row]:
    """Rows of a CSV file with the columns `text,label` (or `text,category`); raises `InvalidInput`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(_rows(csv.DictReader(file), path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"{path} cannot be read as UTF-8 CSV: {error}", details={"file": str(path)}) from error


def _rows(reader: csv.DictReader[str], path: Path) -> Any:
    names = reader.fieldnames or []
    label = next((name for name in ("label", "category", "intent") if name in names), None)
    if "text" not in names or label is None:
        raise InvalidInput(
            f"{path} needs a header line with the columns text and label; it has {', '.join(names) or 'none'}.",
            details={"file": str(path), "line": 1},
        )
    for record in reader:
        text, name = record.get("text"), record.get(label)
        if not name or text is None:
            raise InvalidInput(
                f"{path}, line {reader.line_num}: text or label is missing.",
                details={"file": str(path), "line": reader.line_num},
            )
        yield Row(text, name.strip())


class RowsImporter(TrainingDataImporter):
    """Gives Rasa a configuration and rows; there is no dialogue in it."""

    def __init__(self, config: dict[str, Any], rows: Sequence[Row]) -> None:
        self._config = config
        self._data = TrainingData([Message.build(row.text, row.label) for row in rows if row.text.strip()])

    def get_domain(self) -> Domain:
        """See `TrainingDataImporter`."""
        return Domain.empty()

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """See `TrainingDataImporter`."""
        return StoryGraph([])

    def get_conversation_tests(self) -> StoryGraph:
        """See `TrainingDataImporter`."""
        return StoryGraph([])

    def get_config(self) -> dict[str, Any]:
        """See `TrainingDataImporter`."""
        return self._config

    def get_config_file_for_auto_config(self) -> str | None:
        """See `TrainingDataImporter`."""
        return None

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """See `TrainingDataImporter`."""
        return self._data
