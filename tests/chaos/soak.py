"""Many seeds in a row: `python -m tests.chaos.soak --seeds 1000`. Prints each run that broke a promise and the sums.

Every fifth seed runs scaled out where PostgreSQL and Redis answer, the others on one machine with SQLite.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.chaos.play import MESSAGES, Report
from tests.chaos.slots import Slots
from tests.conftest import AVAILABLE
from tests.support.mother import Mother


class Sums:
    """What all runs together saw."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._began = time.monotonic()
        self.reports: list[Report] = []

    def add(self, report: Report) -> None:
        """Count a run, and say so if it went wrong."""
        self.reports.append(report)
        if report.wrongs:
            print(f"seed {report.seed}: {report.wrongs}", flush=True)
        if len(self.reports) % 10 == 0:
            print(f"{len(self.reports)}/{self._count} {json.dumps(self.as_json())}", file=sys.stderr, flush=True)

    def as_json(self) -> dict:
        """The sums."""
        reports = self.reports
        return {
            "seeds": len(reports),
            "broken": sum(bool(report.wrongs) for report in reports),
            "messages": sum(report.messages for report in reports),
            "cuts": sum(report.cuts for report in reports),
            "restarts": sum(report.restarts for report in reports),
            "claims": sum(report.claims for report in reports),
            "connections": sum(report.connections for report in reports),
            "deaths_at": Counter(point for report in reports for point in report.deaths),
            "minutes": round((time.monotonic() - self._began) / 60, 1),
        }


async def _run(seeds: range, sums: Sums, alone: Slots, together: Slots | None, messages: int) -> None:
    kinds = [(alone, [seed for seed in seeds if together is None or seed % 5])]
    if together is not None:
        kinds.append((together, [seed for seed in seeds if not seed % 5]))
    await asyncio.gather(*(slots.run(chosen, sums.add, messages=messages) for slots, chosen in kinds))


def main() -> int:
    """Run the seeds; 0 if every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--slots", type=int, default=8, help="runs side by side: they mostly wait")
    parser.add_argument("--messages", type=int, default=MESSAGES, help="of each of the two customers of a run")
    parser.add_argument("--scaled-slots", type=int, default=2)
    chosen = parser.parse_args()
    seeds = range(chosen.first, chosen.first + chosen.seeds)
    sums = Sums(len(seeds))
    with tempfile.TemporaryDirectory(prefix="baton-soak-") as place:
        (Path(place) / "alone").mkdir()
        (Path(place) / "together").mkdir()
        mother = Mother(Path(place))
        alone = Slots.on_sqlite(mother, Path(place) / "alone", chosen.slots)
        scaled = AVAILABLE["postgres"]() and AVAILABLE["redis"]()
        together = Slots.on_postgres(mother, Path(place) / "together", chosen.scaled_slots) if scaled else None
        try:
            asyncio.run(_run(seeds, sums, alone, together, chosen.messages))
        finally:
            for slots in (alone, together):
                if slots is not None:
                    slots.close()
            mother.close()
    print(json.dumps(sums.as_json(), indent=1))
    return int(any(report.wrongs for report in sums.reports))


if __name__ == "__main__":
    sys.exit(main())
