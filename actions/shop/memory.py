"""A shop kept in memory, for tests: the demo shop's data or any orders, gone when the process ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from actions.shop.catalogue import Product
from actions.shop.demo import read_demo
from actions.shop.errors import ShopUnavailable
from actions.shop.identify import email_key
from actions.shop.order import Customer, Order
from actions.shop.own import OwnShop
from actions.shop.port import Case, InvoiceSent
from actions.shop.working_days import uk_today


class MemoryShop(OwnShop):
    """`ShopPort` in memory. Set `failure` to make every following call raise it; `cases` and `invoices` tell what the
    shop's people have been asked to do."""

    def __init__(
        self,
        orders: Iterable[Order],
        *,
        products: Iterable[Product] = (),
        customers: Iterable[Customer] = (),
        today: Callable[[], date] = uk_today,
    ) -> None:
        self._kept = _MemoryBooks(orders, products, customers)
        super().__init__(self._kept, today)

    @classmethod
    def demo(cls, data_dir: Path, today: Callable[[], date] = uk_today) -> MemoryShop:
        """The demo shop of `data_dir` (`data/shop`) as of today."""
        demo = read_demo(data_dir, today())
        return cls(demo.fresh_orders(), products=demo.products, customers=demo.customers, today=today)

    @property
    def failure(self) -> ShopUnavailable | None:
        """What every call raises."""
        return self._kept.failure

    @failure.setter
    def failure(self, error: ShopUnavailable | None) -> None:
        self._kept.failure = error

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases opened so far."""
        return tuple(self._kept.cases)

    @property
    def invoices(self) -> tuple[InvoiceSent, ...]:
        """The invoices sent so far."""
        return tuple(self._kept.invoices)


class _MemoryBooks:
    def __init__(self, orders: Iterable[Order], products: Iterable[Product], customers: Iterable[Customer]) -> None:
        self.orders = {order.number: order for order in orders}
        self.catalogue = tuple(products)
        self.customers = {email_key(customer.email): customer for customer in customers}
        self.cases: list[Case] = []
        self.invoices: list[InvoiceSent] = []
        self.results: dict[str, tuple[str, str]] = {}
        self.failure: ShopUnavailable | None = None
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[_MemoryBooks]:
        if self.failure:
            raise self.failure
        yield self

    @asynccontextmanager
    async def write(self) -> AsyncIterator[_MemoryBooks]:
        async with self._lock:
            if self.failure:
                raise self.failure
            yield self

    async def aclose(self) -> None:
        self.results.clear()

    async def email_of(self, number: str) -> str | None:
        order = self.orders.get(number)
        return order.email if order else None

    async def order(self, number: str) -> Order | None:
        return self.orders.get(number)

    async def orders_of(self, customer_ref: str) -> tuple[Order, ...]:
        return tuple(order for order in self.orders.values() if order.customer_ref == customer_ref)

    async def customer_by_email(self, email: str) -> Customer | None:
        return self.customers.get(email)

    async def products(self) -> tuple[Product, ...]:
        return self.catalogue

    async def save(self, order: Order) -> None:
        self.orders[order.number] = order

    async def cases_of(self, number: str) -> int:
        return sum(case.order_number == number for case in self.cases)

    async def add_case(self, case: Case) -> None:
        self.cases.append(case)

    async def add_invoice(self, invoice: InvoiceSent) -> None:
        self.invoices.append(invoice)

    async def result_of(self, key: str) -> tuple[str, str] | None:
        return self.results.get(key)

    async def keep_result(self, key: str, fingerprint: str, result: str) -> None:
        self.results[key] = (fingerprint, result)
