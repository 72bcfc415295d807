"""Trainings in SQL."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from bot.storage.database import Database
from bot.storage.tables_studio import trainings
from bot.studio.trainings import Training, lost

_FIELDS = [field.name for field in fields(Training)]


class SqlTrainings:
    """`TrainingStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, training: Training, lost_before: datetime) -> Training | None:
        """See `TrainingStore`."""

        def script(connection: Connection) -> Training | None:
            query = select(trainings).where(trainings.c.status == "running").with_for_update()
            row = connection.execute(query).mappings().first()
            if row is not None:
                other = _training(row)
                if other.updated_at >= lost_before:
                    return other
                ended = replace(other, status="failed", finished_at=other.updated_at, error=lost())
                connection.execute(update(trainings).where(trainings.c.id == other.id).values(**_row(ended)))
            connection.execute(insert(trainings).values(**_row(training)))
            return None

        return await self._database.write_script(script)

    async def save(self, training: Training) -> None:
        """See `TrainingStore`. One that was given up for lost in the meantime is not brought back."""
        query = (
            update(trainings)
            .where(trainings.c.id == training.id, trainings.c.status == "running")
            .values(**_row(training))
        )
        await self._database.write_script(lambda connection: connection.execute(query) and None)

    async def get(self, training_id: str) -> Training | None:
        """See `TrainingStore`."""
        query = select(trainings).where(trainings.c.id == training_id)

        def script(connection: Connection) -> Training | None:
            row = connection.execute(query).mappings().first()
            return _training(row) if row else None

        return await self._database.read_script(script)

    async def all(self, limit: int) -> list[Training]:
        """See `TrainingStore`."""
        query = select(trainings).order_by(trainings.c.started_at.desc(), trainings.c.id.desc()).limit(limit)
        return await self._database.read_script(lambda c: [_training(row) for row in c.execute(query).mappings()])


def _row(training: Training) -> dict[str, Any]:
    row = {name: getattr(training, name) for name in _FIELDS}
    return {
        **row,
        "metrics": dict(training.metrics),
        "warnings": list(training.warnings),
        "error": dict(training.error) if training.error is not None else None,
        "steps": [dict(step) for step in training.steps],
    }


def _training(row: RowMapping) -> Training:
    return Training(**{**row, "warnings": tuple(row["warnings"]), "steps": tuple(row["steps"])})
