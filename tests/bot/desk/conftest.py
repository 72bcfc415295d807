"""The desk on each database it can run on."""

import pytest
from sqlalchemy import text

from bot.storage.database import connect
from tests.support.databases import postgres_database
from tests.support.desk_house import DeskHouse


@pytest.fixture(scope="session")
def desk_postgres_url():
    with postgres_database() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def house(request, tmp_path):
    on_postgres = request.param == "postgres"
    url = request.getfixturevalue("desk_postgres_url") if on_postgres else f"sqlite:///{tmp_path}/baton.sqlite3"
    async with DeskHouse(connect(url)) as house:
        yield house
        if on_postgres:
            names = "customers, accounts, agent_presence, leases, audit_log"
            await house.database.write_script(lambda c: c.execute(text(f"TRUNCATE {names} CASCADE")) and None)
