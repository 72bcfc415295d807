"""Many seeds in a row: `python -m tests.chaos.soak --seeds 1000`. Prints each run that broke a promise and the sums.

Every fifth seed runs scaled out where PostgreSQL and Redis answer, the others on one machine with SQLite.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

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
            print(f"seed {report.seed}, {report.starved:.0%} of it waiting to run: {report.wrongs}", flush=True)
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
            "slowest_to_settle": max((report.settled for report in reports), default=0.0),
            "most_starved": max((report.starved for report in reports), default=0.0),
            "minutes": round((time.monotonic() - self._began) / 60, 1),
        }


async def _run(seeds: range, sums: Sums, alone: Slots, together: Slots | None, **how: Any) -> None:
    kinds = [(alone, [seed for seed in seeds if together is None or seed % 5])]
    if together is not None:
        kinds.append((together, [seed for seed in seeds if not seed % 5]))
    await asyncio.gather(*(slots.run(chosen, sums.add, **how) for slots, chosen in kinds))


def _soak(chosen: argparse.Namespace, place: Path, sums: Sums) -> None:
    for kind in ("alone", "together"):
        (place / kind).mkdir()
    with ExitStack() as ends:
        mother = Mother(place)
        if chosen.evidence:
            chosen.evidence.mkdir(parents=True, exist_ok=True)
            ends.callback(shutil.copy, mother.log, chosen.evidence)
        ends.callback(mother.close)
        alone = ends.enter_context(closing(Slots.on_sqlite(mother, place / "alone", chosen.slots)))
        together = None
        if AVAILABLE["postgres"]() and AVAILABLE["redis"]():
            together = Slots.on_postgres(mother, place / "together", chosen.scaled_slots)
            ends.enter_context(closing(together))
        seeds = range(chosen.first, chosen.first + chosen.seeds)
        asyncio.run(_run(seeds, sums, alone, together, messages=chosen.messages, evidence=chosen.evidence))


def _processor_seconds() -> float:
    """Of this process and of every one that it started; not of PostgreSQL and Redis."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return round(sum(usage.ru_utime + usage.ru_stime for usage in used), 1)


def main() -> int:
    """Run the seeds; 0 if every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--slots", type=int, default=8, help="runs side by side: they mostly wait")
    parser.add_argument("--messages", type=int, default=MESSAGES, help="of each of the two customers of a run")
    parser.add_argument("--scaled-slots", type=int, default=2)
    parser.add_argument("--evidence", type=Path, help="where the databases and the logs of broken runs are kept")
    chosen = parser.parse_args()
    sums = Sums(chosen.seeds)
    with tempfile.TemporaryDirectory(prefix="baton-soak-") as place:
        _soak(chosen, Path(place), sums)
    print(json.dumps(sums.as_json() | {"processor_seconds": _processor_seconds()}, indent=1))
    return int(any(report.wrongs for report in sums.reports))


if __name__ == "__main__":
    sys.exit(main())
