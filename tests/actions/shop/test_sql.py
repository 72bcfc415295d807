import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import event

from actions.shop.own import OwnShop
from actions.shop.port import OrderState, ShopUnavailable
from actions.shop.seed import seed
from actions.shop.sql import SqlBooks, sql_shop
from tests.contracts.shop import DATA, TODAY, ShopContract


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    seed(path, DATA, TODAY)
    return path.read_bytes()


@pytest.fixture
def database(tmp_path, seeded):
    path = tmp_path / "a shop?.db"
    path.write_bytes(seeded)
    return path


class TestSqlShop(ShopContract):
    @pytest.fixture
    async def shop(self, database):
        shop = sql_shop(database, lambda: TODAY)
        yield shop
        await shop.aclose()


async def test_a_wrong_email_costs_exactly_the_work_of_an_unknown_number(database):
    books = SqlBooks(database, lambda: TODAY)
    shop, statements = OwnShop(books, lambda: TODAY), []
    event.listen(books.engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    async def work(number: str, email: str) -> list[str]:
        statements.clear()
        assert await shop.find_order(number, email) is None
        return list(statements)

    unknown = await work("9999", "anna.keller@example.com")
    assert unknown == await work("1042", "somebody.else@example.com")
    assert unknown == await work("no number", "anna.keller@example.com")


async def test_an_untouched_order_moves_with_the_calendar_and_a_changed_one_stands_still(database):
    today = TODAY
    shop = sql_shop(database, lambda: today)
    cancelled = await shop.cancel_order("1064", idempotency_key="k")
    today = TODAY + timedelta(days=70)
    shipped = await shop.order("1042")
    assert shipped is not None
    assert shipped.state is OrderState.SHIPPED
    assert shipped.expected_on >= today
    assert await shop.order("1064") == cancelled


async def test_a_missing_database_is_told_as_unavailable(tmp_path):
    path = tmp_path / "none.db"
    with pytest.raises(ShopUnavailable):
        await sql_shop(path).find_order("1042", "anna.keller@example.com")
    assert not path.exists()


async def test_a_file_that_is_no_database_is_told_as_unavailable(tmp_path):
    path = tmp_path / "shop.db"
    path.write_text("no database at all " * 100)
    with pytest.raises(ShopUnavailable):
        await sql_shop(path).products()


async def test_a_locked_database_is_told_as_unavailable(database, monkeypatch):
    monkeypatch.setattr("actions.shop.sql._BUSY_SECONDS", 0.1)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    shop = sql_shop(database, lambda: TODAY)
    with pytest.raises(ShopUnavailable):
        await shop.cancel_order("1064", idempotency_key="k")
    other.execute("ROLLBACK")
    other.close()
    assert (await shop.cancel_order("1064", idempotency_key="k")).state is OrderState.CANCELLED


async def test_a_change_that_breaks_half_way_changes_nothing(database, monkeypatch):
    shop = sql_shop(database, lambda: TODAY)
    before = await shop.order("1064")
    other = sqlite3.connect(database)
    other.execute("DROP TABLE changes")
    other.execute("CREATE TABLE changes (key TEXT, fingerprint TEXT, result TEXT CHECK (result IS NULL))")
    other.commit()
    other.close()
    with pytest.raises(ShopUnavailable):
        await shop.cancel_order("1064", idempotency_key="k")
    assert await shop.order("1064") == before
