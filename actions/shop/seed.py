"""Makes and fills the demo shop's database from `data/shop/`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, delete, select
from sqlalchemy.exc import SQLAlchemyError

from actions.shop import records, tables
from actions.shop.demo import Demo, DemoDataError, read_demo
from actions.shop.errors import ShopUnavailable


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a seeding did: `kept` orders have been changed by customers and were left as they are."""

    products: int
    customers: int
    orders: int
    kept: int


def seed(database_path: Path, data_dir: Path, today: date) -> Seeded:
    """Make the demo shop's database, or bring it up to `data_dir` (`data/shop`); may be repeated at any time.

    Orders that a customer has changed stay as they are; all others are written anew and move with the calendar.
    Raises `DemoDataError` for a broken file, before anything is written, and `ShopUnavailable` when the database
    cannot be written.
    """
    demo = read_demo(data_dir, today)
    database_path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{database_path.absolute()}", isolation_level="AUTOCOMMIT")
    try:
        return _seed(engine, demo)
    except SQLAlchemyError as error:
        raise ShopUnavailable(f"The demo shop's database {database_path.name} cannot be written.") from error
    finally:
        engine.dispose()


def _seed(engine: Engine, demo: Demo) -> Seeded:
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            seeded = _write(connection, demo)
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")
        return seeded


def _write(connection: Connection, demo: Demo) -> Seeded:
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if version not in {0, tables.SCHEMA_VERSION}:
        raise DemoDataError(f"The demo shop's database has version {version}; move it away so that a new one is made.")
    tables.metadata.create_all(connection)
    connection.exec_driver_sql(f"PRAGMA user_version = {tables.SCHEMA_VERSION}")
    records.replace_products(connection, demo.products)
    records.replace_customers(connection, demo.customers)
    orders = tables.orders
    changed = set(connection.scalars(select(orders.c.number).where(orders.c.floats_from.is_(None))))
    written = [order.number for order in demo.orders]
    connection.execute(delete(orders).where(orders.c.floats_from.is_not(None), orders.c.number.not_in(written)))
    for order in demo.orders:
        if order.number not in changed:
            records.save_order(connection, order, demo.written)
    return Seeded(len(demo.products), len(demo.customers), len(demo.orders), len(changed))
