"""A shop in its own SQLite database: the demo shop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import event, func, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from actions.shop import records, tables
from actions.shop.catalogue import Product
from actions.shop.errors import ShopUnavailable
from actions.shop.fresh import freshen
from actions.shop.order import Customer, Order
from actions.shop.own import OwnShop
from actions.shop.port import Case, InvoiceSent
from actions.shop.working_days import uk_today

_BUSY_SECONDS = 4.0


def sql_shop(database: Path, today: Callable[[], date] = uk_today) -> OwnShop:
    """The shop in that database, which `seed` has made; opens nothing before the first call."""
    return OwnShop(SqlBooks(database, today), today)


class SqlBooks:
    """`Books` in SQLite. Each transaction has its own connection, so that no thread or lock outlives it."""

    def __init__(self, database: Path, today: Callable[[], date]) -> None:
        self.engine = _engine(database)
        self._database = database
        self._today = today

    @asynccontextmanager
    async def read(self) -> AsyncIterator[_SqlBook]:
        """See `Books`."""
        async with self._transaction("BEGIN") as book:
            yield book

    @asynccontextmanager
    async def write(self) -> AsyncIterator[_SqlBook]:
        """See `Books`: the write lock is taken at the start, so that what was read stays true."""
        async with self._transaction("BEGIN IMMEDIATE") as book:
            yield book

    async def aclose(self) -> None:
        """See `Books`."""
        await self.engine.dispose()

    @asynccontextmanager
    async def _transaction(self, begin: str) -> AsyncIterator[_SqlBook]:
        self._require_database()
        try:
            async with self.engine.connect() as connection:
                await connection.exec_driver_sql(begin)
                try:
                    yield _SqlBook(connection, self._today())
                except BaseException:
                    await connection.exec_driver_sql("ROLLBACK")
                    raise
                await connection.exec_driver_sql("COMMIT")
        except (SQLAlchemyError, OSError) as error:
            raise ShopUnavailable("The shop's database does not answer.") from error

    def _require_database(self) -> None:
        if not self._database.is_file():
            raise ShopUnavailable(f"There is no shop database {self._database.name}.")


class _SqlBook:
    def __init__(self, connection: AsyncConnection, today: date) -> None:
        self._connection = connection
        self._today = today

    async def email_of(self, number: str) -> str | None:
        statement = select(tables.orders.c.email).where(tables.orders.c.number == number)
        return await self._connection.scalar(statement)

    async def order(self, number: str) -> Order | None:
        return next(iter(await self._orders([number])), None)

    async def orders_of(self, customer_ref: str) -> tuple[Order, ...]:
        statement = select(tables.orders.c.number).where(tables.orders.c.customer_ref == customer_ref)
        return await self._orders(list(await self._connection.scalars(statement)))

    async def customer_by_email(self, email: str) -> Customer | None:
        return await self._connection.run_sync(records.load_customer, email)

    async def products(self) -> tuple[Product, ...]:
        return await self._connection.run_sync(records.load_products)

    async def save(self, order: Order) -> None:
        await self._connection.run_sync(records.save_order, order, None)

    async def cases_of(self, number: str) -> int:
        statement = select(func.count()).select_from(tables.cases).where(tables.cases.c.order_number == number)
        return await self._connection.scalar(statement) or 0

    async def add_case(self, case: Case) -> None:
        row = asdict(case) | {"contents": records.contents_row(case.contents)}
        await self._connection.execute(insert(tables.cases).values(row))

    async def add_invoice(self, invoice: InvoiceSent) -> None:
        await self._connection.execute(insert(tables.invoices).values(asdict(invoice)))

    async def result_of(self, key: str) -> tuple[str, str] | None:
        statement = select(tables.changes.c.fingerprint, tables.changes.c.result).where(tables.changes.c.key == key)
        row = (await self._connection.execute(statement)).one_or_none()
        return (row.fingerprint, row.result) if row else None

    async def keep_result(self, key: str, fingerprint: str, result: str) -> None:
        row = {"key": key, "fingerprint": fingerprint, "result": result}
        await self._connection.execute(insert(tables.changes).values(row))

    async def _orders(self, numbers: list[str]) -> tuple[Order, ...]:
        found = await self._connection.run_sync(records.load_orders, numbers)
        return tuple(freshen(order, since, self._today) if since else order for order, since in found)


def _engine(database: Path) -> AsyncEngine:
    # mode=rw: a missing database is an error to report, not an empty one to make.
    address = f"sqlite+aiosqlite:///file:{quote(str(database.absolute()))}?mode=rw&uri=true"
    engine = create_async_engine(
        address, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args={"timeout": _BUSY_SECONDS}
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
