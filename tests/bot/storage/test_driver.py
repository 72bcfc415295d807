"""Statements that the server keeps: read and planned once a connection, whatever goes wrong in between."""

from __future__ import annotations

import pytest
from sqlalchemy import Integer, bindparam, cast, insert, literal_column, select, table

from bot.errors import BatonError
from bot.storage.database import Database
from bot.storage.driver import Driver
from bot.storage.failures import DRIVER_ERRORS
from bot.storage.prepared import Kept, Prepared
from bot.storage.scripts import DriverScript
from bot.storage.tables import customers

_ONE = Prepared(select(customers.c.name).where(customers.c.id == bindparam("id")))
_ADD = Prepared(insert(customers))
_HALVES = Prepared(select(literal_column("10") / cast(bindparam("by"), Integer)))
_PLANS = Prepared(select(literal_column("count(*)")).select_from(table("pg_prepared_statements")))


def test_values_are_numbered_by_name_and_signs_stay() -> None:
    kept = Kept("SELECT %(a)s, %(b)s, %(a)s, 7 %% 4")
    assert kept.prepare.decode() == f"PREPARE {kept.name} AS SELECT $1, $2, $1, 7 % 4"
    assert kept.execute == f"EXECUTE {kept.name}(%(a)s,%(b)s)"
    alone = Kept("SELECT 1")
    assert alone.execute == f"EXECUTE {alone.name}"


def row(name: str) -> dict[str, object]:
    nothing = dict.fromkeys(customers.c.keys())
    return {**nothing, "id": name, "name": name.upper(), "verified": False, "conversations": 0}


def add(name: str) -> DriverScript[None]:
    def script(driver: Driver) -> None:
        driver.write(_ADD, [row(name)])

    return script


async def name_of(database: Database, customer: str) -> list[str]:
    return await database.read_direct(lambda driver: [found[0] for found in driver.all(_ONE, id=customer)])


async def test_a_statement_is_planned_once_and_used_again(postgres: Database) -> None:
    def script(driver: Driver) -> int:
        driver.write(_ADD, [row("a"), row("b")])
        assert [found[0] for found in driver.all(_ONE, id="b")] == ["B"]
        assert [found[0] for found in driver.all(_ONE, id="it's")] == []
        return int(driver.all(_PLANS)[0][0])

    assert await postgres.write_direct(script) == 3
    assert await name_of(postgres, "a") == ["A"]


async def test_after_a_batch_that_broke_off_statements_are_planned_again(postgres: Database) -> None:
    for _ in range(12):  # every connection breaks once, and is used again
        with pytest.raises(DRIVER_ERRORS):
            await postgres.write_direct(lambda driver: (add("x")(driver), driver.all(_HALVES, by=0)))
        assert await name_of(postgres, "x") == []
    await postgres.write_direct(add("x"))
    assert await name_of(postgres, "x") == ["X"]


async def test_a_script_that_gives_up_before_anything_was_sent_leaves_nothing_behind(postgres: Database) -> None:
    def give_up(driver: Driver) -> None:
        add("y")(driver)
        raise BatonError("no")

    for _ in range(12):
        with pytest.raises(BatonError):
            await postgres.write_direct(give_up)
    await postgres.write_direct(add("y"))
    assert await name_of(postgres, "y") == ["Y"]
