"""Every statement of the store finds its rows by an index: what is fast today stays fast with a million events."""

import sqlite3
from collections.abc import Iterator

import pytest

from bot.storage.database import Database
from bot.storage.prepared import Prepared
from bot.storage.sql import changes, reading, writing
from tests.bot.conversation.world import NOON


def statements() -> Iterator[tuple[str, Prepared]]:
    for module in (reading, writing):
        for name, value in vars(module).items():
            if isinstance(value, Prepared):
                yield f"{module.__name__.rsplit('.', 1)[1]}{name.lower()}", value


STATEMENTS = dict(statements())


@pytest.mark.parametrize("name", STATEMENTS)
async def test_a_statement_scans_no_table(sqlite: Database, name: str) -> None:
    def plan(driver) -> list[str]:
        sql = STATEMENTS[name].on(driver.dialect).sql
        values = [None] * sql.count("?")
        return [row[3] for row in driver._raw.execute(f"EXPLAIN QUERY PLAN {sql}", values)]

    scans = [step for step in await sqlite.read_direct(plan) if step.startswith("SCAN") and " USING " not in step]
    assert scans == []


async def test_asking_for_changes_uses_the_index_of_states_and_times(sqlite: Database) -> None:
    sql = str(
        changes._CHANGED.params(since=NOON).compile(
            dialect=sqlite._scripts()._writing.dialect, compile_kwargs={"render_postcompile": True}
        )
    )
    connection = sqlite3.connect(sqlite.url.database or "")
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * sql.count("?"))]
    connection.close()
    assert any("ix_conversations_state" in step and step.startswith("SEARCH") for step in steps)
