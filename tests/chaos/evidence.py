"""What tells a broken promise from a machine that had no time for us: kept of every run that went wrong."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path

from sqlalchemy import MetaData, create_engine

from tests.chaos.play import Report


class Waiting:
    """How long this process was ready to run and got no processor, since it was last asked. The gateways and workers of
    a run are as nice as we are and wait as we do."""

    def __init__(self) -> None:
        self._then = self._now()

    def share(self) -> float:
        """Seconds spent waiting for a processor by seconds on the clock."""
        (waited, at), then = self._now(), self._then
        self._then = waited, at
        return round((waited - then[0]) / max(at - then[1], 0.001), 3)

    @staticmethod
    def _now() -> tuple[float, float]:
        schedule = Path("/proc/self/schedstat")
        waited = int(schedule.read_text().split()[1]) / 1e9 if schedule.exists() else 0.0
        return waited, time.monotonic()


def keep(directory: Path, report: Report, database_url: str) -> None:
    """Write the report and every row of the run's database to a file of its own."""
    engine = create_engine(database_url)
    try:
        tables = MetaData()
        tables.reflect(engine)
        with engine.connect() as connection:
            rows = {
                table.name: [dict(row._mapping) for row in connection.execute(table.select())]
                for table in tables.sorted_tables
            }
    finally:
        engine.dispose()
    ended = time.strftime("%H:%M:%S")
    found = {"ended": ended, "report": dataclasses.asdict(report), "rows": rows}
    (directory / f"seed-{report.seed}.json").write_text(json.dumps(found, default=str, indent=1))
