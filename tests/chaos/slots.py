"""Several towns side by side, so that one run's waiting is another's time; each run gets a new database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.storage.database import connect
from tests.chaos.evidence import Waiting, keep
from tests.chaos.play import MESSAGES, Report, play
from tests.chaos.town import Town, fresh_sqlite, sqlite_template, staffed
from tests.support.databases import postgres_database, renew_postgres_database
from tests.support.mother import Mother

log = logging.getLogger(__name__)

REDIS = "redis://127.0.0.1:6379/0"


class Slots:
    """Towns of one kind with the way to give each a new database."""

    def __init__(self, towns: list[Town], renew: Callable[[Town], None], stack: ExitStack) -> None:
        self._towns = towns
        self._renew = renew
        self._stack = stack

    @classmethod
    def on_sqlite(cls, mother: Mother, directory: Path, count: int) -> Slots:
        """One gateway and one worker each, on a file."""
        template, tokens = asyncio.run(sqlite_template(directory))
        places = _places(directory, count)
        towns = [Town(mother, place, f"sqlite:///{place}/baton.sqlite3", tokens) for place in places]
        return cls(towns, lambda town: fresh_sqlite(template, town.database_url), ExitStack())

    @classmethod
    def on_postgres(cls, mother: Mother, directory: Path, count: int) -> Slots:
        """Two gateways and two workers each, on PostgreSQL and Redis."""
        stack = ExitStack()
        template = stack.enter_context(postgres_database())
        tokens = asyncio.run(_staffed(template))
        towns = []
        for place in _places(directory, count):
            url = stack.enter_context(postgres_database())
            towns.append(Town(mother, place, url, tokens, gateways=2, workers=2, redis_url=REDIS))
        return cls(towns, lambda town: renew_postgres_database(town.database_url, template), stack)

    def close(self) -> None:
        """Drop every database."""
        self._stack.close()

    async def run(
        self,
        seeds: Iterable[int],
        tell: Callable[[Report], None] = lambda report: None,
        *,
        messages: int = MESSAGES,
        evidence: Path | None = None,
    ) -> list[Report]:
        """Play every seed with so many messages of each customer; the reports in the order in which they ended. What a
        broken run left is kept under `evidence`."""
        left, reports = iter(seeds), []
        async with asyncio.TaskGroup() as group:
            for town in self._towns:
                group.create_task(self._work(town, left, reports, tell, messages, evidence))
        return reports

    async def _work(
        self,
        town: Town,
        left: Iterator[int],
        reports: list[Report],
        tell: Callable[[Report], None],
        messages: int,
        evidence: Path | None,
    ) -> None:
        for seed in left:
            await asyncio.to_thread(self._renew, town)
            waiting = Waiting()
            try:
                report = await play(town, seed, messages=messages)
            except Exception as error:  # said of this run, and the others go on
                log.exception("seed %s broke off", seed)
                report = Report(seed, [f"broke off: {error!r}"])
            report.starved = waiting.share()
            if report.wrongs and evidence:
                await self._keep(evidence, report, town)
            reports.append(report)
            tell(report)

    async def _keep(self, evidence: Path, report: Report, town: Town) -> None:
        try:
            await asyncio.to_thread(keep, evidence, report, town.database_url)
        except SQLAlchemyError:  # what broke the run may be that no database can be reached
            log.exception("nothing could be kept of seed %s", report.seed)


def _places(directory: Path, count: int) -> list[Path]:
    places = [directory / f"town-{number}" for number in range(count)]
    for place in places:
        place.mkdir()
    return places


async def _staffed(url: str) -> list[str]:
    database = connect(url)
    try:
        return await staffed(database)
    finally:
        await database.close()
