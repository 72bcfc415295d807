"""A shop whose orders are kept here: all verbs of the port over a book of orders, whatever keeps the book."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Protocol, TypeVar

from actions.shop import cases, changes, returning
from actions.shop.catalogue import Product, Variant, search_products
from actions.shop.contract import from_json, to_json
from actions.shop.errors import OrderChangeRefused, Refusal, unknown_order
from actions.shop.identify import email_key, order_number_of, same_email
from actions.shop.order import Address, Customer, LineQuantity, Order, Return
from actions.shop.port import Case, InvoiceSent, Problem

Result = TypeVar("Result", Order, Return, Case, InvoiceSent)
NOBODY = "nobody@invalid"
_LONGEST_KEY = 200


class Book(Protocol):
    """The shop's records within one transaction. Numbers and addresses are in their compared form."""

    async def email_of(self, number: str) -> str | None:
        """Whose order it is; None for an unknown number."""
        ...

    async def order(self, number: str) -> Order | None:
        """The order of that number."""
        ...

    async def orders_of(self, customer_ref: str) -> tuple[Order, ...]:
        """The customer's orders in any order."""
        ...

    async def customer_by_email(self, email: str) -> Customer | None:
        """The customer with that address."""
        ...

    async def products(self) -> tuple[Product, ...]:
        """The catalogue."""
        ...

    async def save(self, order: Order) -> None:
        """Keep an order as it is now."""
        ...

    async def cases_of(self, number: str) -> int:
        """How many cases the order has."""
        ...

    async def add_case(self, case: Case) -> None:
        """Put a case before the shop's people."""
        ...

    async def add_invoice(self, invoice: InvoiceSent) -> None:
        """Put an invoice among the mails to send."""
        ...

    async def result_of(self, key: str) -> tuple[str, str] | None:
        """Fingerprint and result of the change made under that key."""
        ...

    async def keep_result(self, key: str, fingerprint: str, result: str) -> None:
        """Remember what a change gave."""
        ...


class Books(Protocol):
    """Opens the book. Raises `ShopUnavailable` when it cannot be opened; a failed `write` changes nothing."""

    def read(self) -> AbstractAsyncContextManager[Book]:
        """A consistent view."""
        ...

    def write(self) -> AbstractAsyncContextManager[Book]:
        """The only writer while it is open; kept as a whole or not at all."""
        ...

    async def aclose(self) -> None:
        """Let go of the book."""
        ...


class OwnShop:
    """`ShopPort` over books."""

    def __init__(self, books: Books, today: Callable[[], date]) -> None:
        self._books = books
        self._today = today

    async def find_order(self, order_number: str, email: str) -> Order | None:
        """See `ShopPort`. One look-up and one comparison are made for any pair; only the right one goes further."""
        number = order_number_of(order_number) or ""
        async with self._books.read() as book:
            belongs_to = await book.email_of(number)
            known = belongs_to is not None
            matches = same_email(belongs_to if belongs_to is not None else NOBODY, email)
            return await book.order(number) if matches and known else None

    async def order(self, order_number: str) -> Order | None:
        """See `ShopPort`."""
        number = order_number_of(order_number)
        if number is None:
            return None
        async with self._books.read() as book:
            return await book.order(number)

    async def orders_of(self, customer_ref: str) -> tuple[Order, ...]:
        """See `ShopPort`."""
        async with self._books.read() as book:
            orders = await book.orders_of(customer_ref)
        return tuple(sorted(orders, key=lambda order: (order.placed_on, order.number), reverse=True))

    async def customer_by_email(self, email: str) -> Customer | None:
        """See `ShopPort`."""
        async with self._books.read() as book:
            return await book.customer_by_email(email_key(email))

    async def products(self, query: str = "") -> tuple[Product, ...]:
        """See `ShopPort`."""
        async with self._books.read() as book:
            return search_products(await book.products(), query)

    async def cancel_order(self, order_number: str, *, idempotency_key: str, reason: str = "") -> Order:
        """See `ShopPort`."""

        async def make(book: Book, order: Order) -> Order:
            cancelled = changes.cancel(order, reason, self._today())
            await book.save(cancelled)
            return cancelled

        return await self._once(Order, idempotency_key, order_number, ("cancel", reason), make)

    async def change_address(self, order_number: str, address: Address, *, idempotency_key: str) -> Order:
        """See `ShopPort`."""

        async def make(book: Book, order: Order) -> Order:
            redirected = changes.change_address(order, address, self._today())
            await book.save(redirected)
            return redirected

        return await self._once(Order, idempotency_key, order_number, ("address", address), make)

    async def start_return(
        self, order_number: str, lines: Sequence[LineQuantity], reason: str, *, idempotency_key: str
    ) -> Return:
        """See `ShopPort`."""

        async def make(book: Book, order: Order) -> Return:
            changed, announced = returning.start_return(order, lines, reason, self._today())
            await book.save(changed)
            return announced

        return await self._once(Return, idempotency_key, order_number, ("return", tuple(lines), reason), make)

    async def start_exchange(
        self, order_number: str, line: int, wanted: Variant, *, idempotency_key: str, reason: str = ""
    ) -> Return:
        """See `ShopPort`."""

        async def make(book: Book, order: Order) -> Return:
            product = await _product_of(book, order, line)
            changed, announced = returning.start_exchange(
                order, product, line, wanted, reason=reason, today=self._today()
            )
            await book.save(changed)
            return announced

        return await self._once(Return, idempotency_key, order_number, ("exchange", line, wanted, reason), make)

    async def request_refund_check(self, order_number: str, *, idempotency_key: str) -> Case:
        """See `ShopPort`."""
        words = "The customer asks where the refund is."
        return await self.report_problem(order_number, Problem.REFUND_CHECK, words, idempotency_key=idempotency_key)

    async def report_problem(
        self,
        order_number: str,
        problem: Problem,
        description: str,
        *,
        idempotency_key: str,
        lines: Sequence[LineQuantity] = (),
    ) -> Case:
        """See `ShopPort`."""

        async def make(book: Book, order: Order) -> Case:
            count = await book.cases_of(order.number) + 1
            case = cases.open_case(order, problem, description, lines, today=self._today(), count=count)
            await book.add_case(case)
            return case

        request = ("problem", problem.value, description, tuple(lines))
        return await self._once(Case, idempotency_key, order_number, request, make)

    async def send_invoice(self, order_number: str, *, idempotency_key: str) -> InvoiceSent:
        """See `ShopPort`."""

        async def make(book: Book, order: Order) -> InvoiceSent:
            invoice = cases.send_invoice(order, self._today())
            await book.add_invoice(invoice)
            return invoice

        return await self._once(InvoiceSent, idempotency_key, order_number, ("invoice",), make)

    async def aclose(self) -> None:
        """See `ShopPort`."""
        await self._books.aclose()

    async def _once(
        self,
        kind: type[Result],
        key: str,
        order_number: str,
        request: tuple[object, ...],
        make: Callable[[Book, Order], Awaitable[Result]],
    ) -> Result:
        """Make a change unless it was made under this key before; change and memory of it are kept together."""
        if not 0 < len(key) <= _LONGEST_KEY:
            raise ValueError(f"an idempotency key has 1 to {_LONGEST_KEY} characters")
        number = order_number_of(order_number) or ""
        fingerprint = hashlib.sha256(repr((number, *request)).encode()).hexdigest()
        async with self._books.write() as book:
            made = await book.result_of(key)
            if made:
                return _first_result(kind, made, fingerprint)
            order = await book.order(number)
            if order is None:
                raise unknown_order()
            result = await make(book, order)
            await book.keep_result(key, fingerprint, to_json(result).decode())
            return result


def _first_result(kind: type[Result], made: tuple[str, str], fingerprint: str) -> Result:
    first_fingerprint, result = made
    if first_fingerprint != fingerprint:
        message = "That could not be done as asked. Please tell me again what you would like to change."
        raise OrderChangeRefused(Refusal.KEY_REUSED, message)
    return from_json(kind, result)


async def _product_of(book: Book, order: Order, line_number: int) -> Product | None:
    line = order.line(line_number)
    return next((product for product in await book.products() if line and product.id == line.product_id), None)
