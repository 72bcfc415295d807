import sqlite3
from datetime import timedelta

import pytest

from actions.shop.demo import DemoDataError
from actions.shop.port import OrderState, Problem
from actions.shop.seed import seed
from actions.shop.sql import sql_shop
from tests.contracts.shop import DATA, TODAY, demo


def test_seeding_makes_the_folder_and_the_shop(tmp_path):
    seeded = seed(tmp_path / "var" / "shop.db", DATA, TODAY)
    assert (seeded.products, seeded.customers, seeded.kept) == (len(demo().products), 80, 0)
    assert seeded.orders == len(demo().orders)


async def test_seeding_again_keeps_what_customers_have_done(tmp_path):
    database = tmp_path / "shop.db"
    seed(database, DATA, TODAY)
    shop = sql_shop(database, lambda: TODAY)
    cancelled = await shop.cancel_order("1064", idempotency_key="c")
    case = await shop.report_problem("1003", Problem.DAMAGED, "torn", idempotency_key="p")
    assert seed(database, DATA, TODAY + timedelta(days=1)).kept == 1
    assert await shop.order("1064") == cancelled
    assert await shop.report_problem("1003", Problem.DAMAGED, "torn", idempotency_key="p") == case
    again = await shop.report_problem("1003", Problem.DAMAGED, "torn more", idempotency_key="p2")
    assert again.reference == "C1003-2"


async def test_seeding_takes_up_what_the_files_say_now(tmp_path):
    database, data = tmp_path / "shop.db", tmp_path / "data"
    data.mkdir()
    seed(database, DATA, TODAY)
    for path in DATA.glob("*.yaml"):
        text = path.read_text().replace("of: anna-keller, state: shipped", "of: anna-keller, state: out_for_delivery")
        (data / path.name).write_text(text)
    seed(database, data, TODAY)
    order = await sql_shop(database, lambda: TODAY).order("1042")
    assert order is not None
    assert order.state is OrderState.OUT_FOR_DELIVERY


async def test_a_broken_file_leaves_the_database_as_it_was(tmp_path):
    database = tmp_path / "shop.db"
    seed(database, DATA, TODAY)
    with pytest.raises(DemoDataError):
        seed(database, tmp_path / "nothing", TODAY)
    assert await sql_shop(database, lambda: TODAY).order("1042") is not None


def test_a_database_of_another_version_is_left_alone(tmp_path):
    database = tmp_path / "shop.db"
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(DemoDataError, match="version 99"):
        seed(database, DATA, TODAY)
