import asyncio
import importlib
import pkgutil
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Connection, func, inspect, select, text

import bot.storage
from bot.conversation.model import State
from bot.storage.columns import UtcTime
from bot.storage.database import Database
from bot.storage.schema import SchemaTooNew
from bot.storage.sql import SqlConversationStore
from bot.storage.tables import metadata
from tests.bot.conversation.world import ANN, World

BOTH = [pytest.param("sqlite"), pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> Database:
    return request.getfixturevalue(request.param)


def table_names(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def know_every_table() -> None:
    for module in pkgutil.iter_modules(bot.storage.__path__):
        if module.name.startswith("tables"):
            importlib.import_module(f"bot.storage.{module.name}")


know_every_table()


def drift(connection: Connection) -> list[object]:
    found = compare_metadata(MigrationContext.configure(connection), metadata)
    # SQLite cannot tell a unique constraint's columns from its index; PostgreSQL is asked the same below.
    return [each for each in found if not (connection.dialect.name == "sqlite" and "constraint" in str(each[0]))]


async def test_migrations_make_exactly_the_tables_that_the_program_uses(database: Database) -> None:
    assert await database.read_script(drift) == []


async def test_a_conversation_survives_going_down_to_the_core_and_up_again(database: Database) -> None:
    world = World(SqlConversationStore(database))
    conversation = await world.with_agent()
    before = await world.log(conversation)
    await database.downgrade("0001")
    await database.upgrade()
    assert await world.log(conversation) == before
    assert (await world.service.resolve(conversation, ANN, "resolved")).state is State.CLOSED


def some_value(connection: Connection, column: Column) -> object:
    """A value that the column takes."""
    for key in column.foreign_keys:
        return connection.execute(select(key.column).limit(1)).scalar_one()
    if isinstance(column.type, UtcTime):
        return datetime.now(UTC)
    by_type = {str: f"{column.table.name}.{column.name}"[:30], int: 1, bool: True, float: 1.5, dict: {"a": 1}}
    return by_type[column.type.python_type]


def fill_every_table(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        if not connection.execute(select(func.count()).select_from(table)).scalar_one():
            needed = [column for column in table.columns if not column.nullable and column.autoincrement is not True]
            connection.execute(table.insert().values({c.name: some_value(connection, c) for c in needed}))


def everything(connection: Connection) -> dict[str, list[tuple]]:
    """All rows of the tables there are now, by table."""
    there = table_names(connection)
    chosen = [table for table in metadata.sorted_tables if table.name in there]
    return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in chosen}


async def test_every_step_down_and_up_keeps_the_rows_of_every_table_that_stays(database: Database) -> None:
    await World(SqlConversationStore(database)).with_agent()
    await database.write_script(fill_every_table)
    full = await database.read_script(everything)
    assert all(full.values())
    assert len(full) == len(metadata.tables)
    steps = [f"{n:04}" for n in range(int(await database.revision() or 0) - 1, 0, -1)]
    kept = full
    for step in steps:
        await database.downgrade(step)
        now = await database.read_script(everything)
        assert now == {name: rows for name, rows in kept.items() if name in now}
        kept = now
    for step in [*reversed(steps[:-1]), "head"]:
        await database.upgrade(step)
        now = await database.read_script(everything)
        assert {name: now[name] for name in kept} == kept
    assert now.keys() == full.keys()


async def test_all_the_way_down_leaves_nothing_and_up_makes_it_anew(database: Database) -> None:
    await World(SqlConversationStore(database)).with_agent()
    await database.downgrade("base")
    assert await database.read_script(table_names) == {"alembic_version"}
    assert await database.revision() is None
    await database.upgrade()
    await World(SqlConversationStore(database)).with_agent()


async def test_upgrading_what_is_up_to_date_changes_nothing_and_may_happen_in_parallel(database: Database) -> None:
    await database.downgrade("base")
    others = [Database(database.url.render_as_string(hide_password=False)) for _ in range(3)]
    await asyncio.gather(*(other.upgrade() for other in others))
    assert len({await other.revision() for other in others}) == 1
    await asyncio.gather(*(other.close() for other in others))


async def test_a_newer_schema_is_refused_with_words(database: Database) -> None:
    known = await database.revision()
    mark = text("UPDATE alembic_version SET version_num = :revision")
    await database.write_script(lambda connection: connection.execute(mark, {"revision": "9999"}))
    for attempt in (database.upgrade, database.revision):
        with pytest.raises(SchemaTooNew) as refused:
            await attempt()
        assert "newer version" in refused.value.message
        assert refused.value.details["schema"] == "9999"
    await database.write_script(lambda connection: connection.execute(mark, {"revision": known}))
