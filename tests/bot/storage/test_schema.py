import asyncio
import importlib
import pkgutil

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

import bot.storage
from bot.conversation.model import State
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


def drift(connection: Connection) -> list[object]:
    for module in pkgutil.iter_modules(bot.storage.__path__):
        if module.name.startswith("tables"):
            importlib.import_module(f"bot.storage.{module.name}")
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
