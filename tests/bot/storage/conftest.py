"""Databases for tests: a SQLite file, or a PostgreSQL database made for the test and dropped after it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg2
import pytest

from bot.conversation.ids import new_id
from bot.storage.database import Database, connect

HOST, PORT = os.environ.get("PGHOST", "127.0.0.1"), os.environ.get("PGPORT", "5432")
USER = os.environ.get("PGUSER", "postgres")


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    database = connect(f"sqlite:///{tmp_path}/conversations.db")
    await database.upgrade()
    yield database
    await database.close()


def _administer(statement: str) -> None:
    connection = psycopg2.connect(host=HOST, port=PORT, user=USER, dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


@pytest.fixture(scope="session")
def postgres_url():
    name = f"baton_test_{new_id()[-12:]}"
    _administer(f"CREATE DATABASE {name}")
    yield f"postgresql://{USER}@{HOST}:{PORT}/{name}"
    _administer(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Database]:
    database = connect(postgres_url)
    await database.upgrade()
    yield database
    await database.downgrade("base")
    await database.close()
