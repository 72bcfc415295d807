"""Real processes over real sockets, killed and cut off at chosen points: nothing lost, doubled or out of order."""

from collections import Counter

import pytest

from tests.chaos.play import CUSTOMERS, MESSAGES, POINTS, Report

ON_SQLITE, ON_POSTGRES = range(40), range(40, 50)


def judge(reports: list[Report], count: int) -> None:
    wrong = [f"seed {report.seed}: {report.wrongs}" for report in reports if report.wrongs]
    assert not wrong, "\n".join(wrong)
    assert len(reports) == count
    assert sum(report.messages for report in reports) == count * CUSTOMERS * MESSAGES
    assert sum(report.cuts for report in reports) >= count / 2
    assert sum(report.claims for report in reports) >= count / 2


@pytest.mark.timeout(400)
async def test_one_machine_that_fails_at_every_point_loses_nothing(one_machine):
    reports = await one_machine.run(ON_SQLITE)
    judge(reports, len(ON_SQLITE))
    deaths = Counter(point for report in reports for point in report.deaths)
    assert set(deaths) >= set(POINTS) - {"worker.swap"}, deaths


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.timeout(400)
async def test_many_machines_that_fail_at_every_point_lose_nothing(scaled_out):
    judge(await scaled_out.run(ON_POSTGRES), len(ON_POSTGRES))
