"""What a database does when it is fine, busy, full, gone, and written by a newer program."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from bot.errors import Conflict, InvalidInput, Unavailable
from bot.storage.database import POSTGRES_CONNECTIONS, SQLITE_READERS, Database, connect
from bot.storage.driver import Driver
from bot.storage.prepared import Prepared
from bot.storage.sql import SqlConversationStore
from tests.bot.conversation.world import World
from tests.bot.storage.conftest import HOST, PORT, USER
from tests.support.wire import Wire

MAKE = "CREATE TABLE numbers (n INTEGER PRIMARY KEY)"


def add(n: int):
    return lambda connection: connection.execute(text("INSERT INTO numbers VALUES (:n)"), {"n": n})


INSERT = Prepared(text("INSERT INTO numbers VALUES (:n)"))
TOTAL = Prepared(text("SELECT count(*) FROM numbers"))


def add_on_driver(n: int):
    return lambda driver: driver.write(INSERT, [{"n": n}])


def total_on_driver(driver: Driver) -> int:
    return int(driver.all(TOTAL)[0][0])


def total(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM numbers")).scalar_one())


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = connect(f"sqlite:///{tmp_path}/deep/inside/numbers.db", busy_seconds=0.2)
    await database.write_script(lambda connection: connection.execute(text(MAKE)))
    yield database
    await database.close()


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite://", "sqlite:///:memory:", "postgresql://host"])
def test_an_address_of_another_kind_is_refused_with_words(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        connect(url)
    assert refused.value.code == "bad_database_url"


@pytest.mark.parametrize("url", ["postgres://u@h/n", "postgresql+asyncpg://u@h/n", "sqlite+aiosqlite:///x.db"])
def test_common_spellings_of_an_address_are_understood(url: str) -> None:
    assert connect(url).url.drivername in ("postgresql", "sqlite")


async def test_both_ways_of_writing_take_turns(database: Database) -> None:
    async def slowly(n: int) -> None:
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO numbers VALUES (:n)"), {"n": n})
            await asyncio.sleep(0.01)

    await asyncio.gather(*(slowly(n) for n in range(20)), *(database.write_script(add(n)) for n in range(100, 200)))
    assert await database.read_script(total) == 120


async def test_a_block_that_raises_writes_nothing(database: Database) -> None:
    async def block() -> None:
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO numbers VALUES (1)"))
            raise Conflict("no")

    with pytest.raises(Conflict):
        await block()
    async with database.read() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM numbers"))).scalar_one() == 0


async def test_both_kinds_of_scripts_are_written_together(database: Database) -> None:
    kinds = [database.write_direct(add_on_driver(n)) if n % 3 else database.write_script(add(n)) for n in range(1, 61)]
    await asyncio.gather(*kinds)
    assert await database.read_script(total) == await database.read_direct(total_on_driver) == 60


async def test_a_script_on_the_driver_that_raises_writes_nothing(database: Database) -> None:
    def refused(n: int):
        def script(driver: Driver) -> None:
            add_on_driver(n)(driver)
            raise Conflict("no")

        return script

    with pytest.raises(Conflict):
        await database.write_direct(refused(1))
    together = [add_on_driver(2), refused(3), add_on_driver(4), add_on_driver(2)]
    outcomes = await asyncio.gather(*(database.write_direct(script) for script in together), return_exceptions=True)
    assert [type(outcome).__name__ for outcome in outcomes] == ["NoneType", "Conflict", "NoneType", "IntegrityError"]
    assert await database.read_direct(total_on_driver) == 2


async def test_a_commit_that_fails_is_told_and_leaves_nothing_begun(database: Database) -> None:
    await database.write_script(
        lambda connection: connection.execute(
            text("CREATE TABLE parts (of INTEGER REFERENCES numbers DEFERRABLE INITIALLY DEFERRED)")
        )
    )
    orphan = Prepared(text("INSERT INTO parts VALUES (:n)"))
    with pytest.raises(sqlite3.IntegrityError):
        await database.write_direct(lambda driver: driver.write(orphan, [{"n": 5}]))
    await database.write_direct(add_on_driver(5))
    await database.write_direct(lambda driver: driver.write(orphan, [{"n": 5}]))
    assert await database.read_direct(total_on_driver) == 1


async def test_scripts_on_the_driver_that_read_cannot_write(database: Database) -> None:
    with pytest.raises(Unavailable):
        await database.read_direct(add_on_driver(1))


async def test_reading_scripts_cannot_write(database: Database) -> None:
    with pytest.raises(Unavailable):
        await database.read_script(add(1))


async def test_a_locked_database_is_unavailable_and_nothing_is_stored(database: Database) -> None:
    other = sqlite3.connect(database.url.database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for attempt in (database.write_script(add(1)), database.write_direct(add_on_driver(1)), _write_block(database)):
        with pytest.raises(Unavailable) as away:
            await attempt
        assert away.value.code == "storage_unavailable"
    other.execute("ROLLBACK")
    assert await database.read_script(total) == 0
    await database.write_script(add(1))
    assert await database.read_script(total) == 1
    other.close()


async def _write_block(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("INSERT INTO numbers VALUES (2)"))


async def test_a_full_disk_is_unavailable_what_was_acknowledged_stays_and_room_makes_it_go_on(
    database: Database,
) -> None:
    def limit(pages: int):
        return lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={pages}").scalar()

    def wide(n: int):
        return lambda connection: connection.execute(
            text("INSERT INTO wide VALUES (:n, :x)"), {"n": n, "x": "x" * 9000}
        )

    await database.write_script(lambda connection: connection.execute(text("CREATE TABLE wide (n INTEGER, x TEXT)")))
    await database.write_script(limit(20))
    outcomes = await asyncio.gather(*(database.write_script(wide(n)) for n in range(30)), return_exceptions=True)
    stored = sum(not isinstance(outcome, Exception) for outcome in outcomes)
    full = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert 0 < stored < 30
    assert {type(outcome) for outcome in full} == {Unavailable}
    count = "SELECT count(*) FROM wide"
    assert await database.read_script(lambda connection: connection.execute(text(count)).scalar_one()) == stored
    await database.write_script(limit(10_000))
    await database.write_script(wide(99))


async def test_a_broken_script_is_its_own_fault_and_nobody_elses(database: Database) -> None:
    def broken(connection: Connection) -> None:
        connection.execute(text("INSERT INTO nowhere VALUES (1)"))

    scripts = [add(1), broken, add(2), add(1), add(3)]
    outcomes = await asyncio.gather(*(database.write_script(script) for script in scripts), return_exceptions=True)
    assert [type(outcome).__name__ for outcome in outcomes] == [
        "CursorResult",
        "OperationalError",
        "CursorResult",
        "IntegrityError",
        "CursorResult",
    ]
    assert await database.read_script(total) == 3


async def test_whoever_stops_waiting_does_not_stop_the_others(database: Database) -> None:
    tasks = [asyncio.create_task(database.write_script(add(n))) for n in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert not [outcome for outcome in outcomes[1::2] if isinstance(outcome, Exception)]
    assert await database.read_script(total) == 20


async def agent_comes_before_customers(database: Database, at_once: int) -> None:
    """While every place is taken and many wait, one comes who goes first: it is served before them."""
    hold, order = threading.Event(), []

    def script(name: str):
        def run(connection: Connection) -> None:
            order.append(name)
            assert hold.wait(60)

        return run

    at_work = [asyncio.create_task(database.read_script(script("at work"))) for _ in range(at_once)]
    while len(order) < at_once:
        await asyncio.sleep(0.01)
    customers = [asyncio.create_task(database.read_script(script("customer"))) for _ in range(100)]
    await asyncio.sleep(0)
    assert database.waiting == 100
    agent = asyncio.create_task(database.read_script(script("agent"), first=True))
    await asyncio.sleep(0)
    hold.set()
    await asyncio.gather(*at_work, *customers, agent)
    # Beside those who took a place in the same moment, and whom their threads may let go first: never at the end.
    assert order.index("agent") < 4 * at_once < len(customers) / 2
    assert database.waiting == 0


async def test_whoever_goes_first_is_read_for_before_all_who_wait(database: Database) -> None:
    await agent_comes_before_customers(database, SQLITE_READERS)


async def test_whoever_goes_first_is_written_for_before_all_who_wait(database: Database) -> None:
    order: list[str] = []
    store = SqlConversationStore(database)
    await database.upgrade()
    others = [asyncio.create_task(store.write(lambda _: order.append("customer"))) for _ in range(200)]
    await asyncio.sleep(0)
    assert database.waiting == 200
    await store.write(lambda _: order.append("agent"), first=True)
    assert order.index("agent") <= 64  # with the first group at the latest
    await asyncio.gather(*others)
    assert database.waiting == 0


async def test_leaving_the_line_keeps_every_place(database: Database) -> None:
    for _ in range(5):
        tasks = [asyncio.create_task(database.read_script(total)) for _ in range(50)]
        await asyncio.sleep(0)
        for task in tasks[::3]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert database.waiting == 0
    assert await asyncio.gather(*(database.read_script(total) for _ in range(10))) == [0] * 10


async def test_closing_lets_what_was_handed_in_end(database: Database) -> None:
    tasks = [asyncio.create_task(database.write_script(add(n))) for n in range(100)]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*tasks)
    assert await database.read_script(total) == 100


@pytest.mark.postgres
class TestPostgres:
    @pytest.fixture
    async def wire(self) -> AsyncIterator[Wire]:
        async with Wire(HOST, int(PORT)) as wire:
            yield wire

    @pytest.fixture
    async def far(self, wire: Wire, postgres_url: str) -> AsyncIterator[Database]:
        name = postgres_url.rsplit("/", 1)[1]
        database = connect(f"postgresql://{USER}@127.0.0.1:{wire.port}/{name}")
        await database.write_script(lambda connection: connection.execute(text(MAKE)))
        yield database
        await wire.cut()
        await wire.mend()
        await database.write_script(lambda connection: connection.execute(text("DROP TABLE numbers")))
        await database.close()

    async def test_whoever_goes_first_is_read_for_before_all_who_wait(self, far: Database) -> None:
        await agent_comes_before_customers(far, POSTGRES_CONNECTIONS)

    async def test_a_server_that_went_away_is_unavailable_and_welcome_back(self, wire: Wire, far: Database) -> None:
        await far.write_script(add(1))
        await wire.cut()
        for attempt in (far.write_script(add(2)), far.read_script(total), _write_block(far)):
            with pytest.raises(Unavailable) as away:
                await attempt
            assert away.value.code == "storage_unavailable"
        await wire.mend()
        await far.write_script(add(2))
        assert await far.read_script(total) == 2

    async def test_connections_that_died_unseen_cost_nobody_an_error(self, wire: Wire, far: Database) -> None:
        await asyncio.gather(*(far.write_script(add(n)) for n in range(8)))
        await wire.drop()
        await asyncio.gather(*(far.write_script(add(n)) for n in range(8, 16)))
        assert await far.read_script(total) == 16

    async def test_deadlocked_scripts_are_run_again(self, far: Database) -> None:
        await asyncio.gather(far.write_script(add(1)), far.write_script(add(2)))

        runs: list[int] = []

        def both(first: int, second: int):
            def run(connection: Connection) -> None:
                runs.append(first)
                touch = text("UPDATE numbers SET n = n WHERE n = :n")
                connection.execute(touch, {"n": first})
                connection.execute(text("SELECT pg_sleep(0.05)"))
                connection.execute(touch, {"n": second})

            return run

        await asyncio.gather(far.write_script(both(1, 2)), far.write_script(both(2, 1)))
        assert set(runs) == {1, 2}
        assert len(runs) > 2  # one was the victim

    async def test_a_lock_that_somebody_keeps_is_waited_for_only_so_long(self, postgres_url: str) -> None:
        patient, hasty = connect(postgres_url), connect(postgres_url, busy_seconds=0.2)
        await patient.upgrade()
        world = World(SqlConversationStore(patient))
        conversation = await world.customer()
        async with patient.write() as connection:
            row = text("SELECT 1 FROM conversations WHERE id = :id FOR UPDATE")
            await connection.execute(row, {"id": conversation})
            with pytest.raises(Unavailable) as away:
                await World(SqlConversationStore(hasty)).says(conversation, "hello")
        assert away.value.code == "storage_unavailable"
        assert await world.texts(conversation) == ["bot: opening()"]
        await patient.downgrade("base")
        await asyncio.gather(patient.close(), hasty.close())

    async def test_a_broken_script_is_its_own_fault(self, far: Database) -> None:
        await far.write_script(add(1))
        with pytest.raises(IntegrityError):
            await far.write_script(add(1))
