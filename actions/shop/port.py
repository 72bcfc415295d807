"""The shop as the bot sees it: one port, whatever shop stands behind it.

Everything an action needs is named here; adapters are `sql`, `http` and `memory`, opened by `connect`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from actions.shop.catalogue import Money, Product, Variant
from actions.shop.errors import OrderChangeRefused, Refusal, ShopError, ShopUnavailable
from actions.shop.order import (
    Address,
    Customer,
    DeliveryMethod,
    LineQuantity,
    Order,
    OrderLine,
    OrderState,
    Refund,
    RefundReason,
    Return,
    ReturnKind,
    Shipment,
    ShipmentStatus,
)

__all__ = [
    "Address",
    "Case",
    "Customer",
    "DeliveryMethod",
    "InvoiceSent",
    "LineQuantity",
    "Money",
    "Order",
    "OrderChangeRefused",
    "OrderLine",
    "OrderState",
    "Problem",
    "Product",
    "Refund",
    "RefundReason",
    "Refusal",
    "Return",
    "ReturnKind",
    "Shipment",
    "ShipmentStatus",
    "ShopError",
    "ShopPort",
    "ShopUnavailable",
    "Variant",
]


class Problem(StrEnum):
    """What a customer can report about an order. The values are part of the shop contract."""

    NOT_RECEIVED = "not_received"
    LATE = "late"
    MISSING_ITEM = "missing_item"
    WRONG_ITEM = "wrong_item"
    DAMAGED = "damaged"
    FAULTY = "faulty"
    CHARGED_TWICE = "charged_twice"
    REFUND_CHECK = "refund_check"


@dataclass(frozen=True, slots=True)
class Case:
    """A matter the shop's people work on; `answer_by` is the day the customer hears from them at the latest."""

    reference: str
    order_number: str
    problem: Problem
    description: str
    opened_on: date
    answer_by: date
    contents: tuple[LineQuantity, ...] = ()


@dataclass(frozen=True, slots=True)
class InvoiceSent:
    """The invoice is on its way by e-mail, always to the address of the order."""

    order_number: str
    email: str
    sent_on: date


class ShopPort(Protocol):
    """A shop. Every call raises `ShopUnavailable` when the shop cannot answer; nothing has changed then, or the
    same `idempotency_key` finds the change made.

    Order numbers are taken as customers write them ('#1042', 'FH-1042', ' 1042 '), e-mail addresses in any case.
    Only `find_order` proves that the caller may know an order; every other call trusts that this was done.

    A change carries an `idempotency_key`: the same key with the same request gives the first result again and
    changes nothing more; with another request it is refused. A change that the order's state forbids raises
    `OrderChangeRefused`, an unknown order likewise (`Refusal.UNKNOWN_ORDER`).
    """

    async def find_order(self, order_number: str, email: str) -> Order | None:
        """The order if number and e-mail belong together. An unknown number and a wrong e-mail give the same None
        after the same work, so that nobody learns which orders or customers exist."""
        ...

    async def order(self, order_number: str) -> Order | None:
        """An order for a caller whose right to it is proved already."""
        ...

    async def orders_of(self, customer_ref: str) -> tuple[Order, ...]:
        """All orders of a customer, the newest first; none for an unknown one."""
        ...

    async def customer_by_email(self, email: str) -> Customer | None:
        """Who orders with that address. Only for an address that a signed identity vouches for."""
        ...

    async def products(self, query: str = "") -> tuple[Product, ...]:
        """Products that the words name, the best first; all of them for an empty query."""
        ...

    async def cancel_order(self, order_number: str, *, idempotency_key: str, reason: str = "") -> Order:
        """Cancel a whole order before it is packed; what was paid goes back by the way it came."""
        ...

    async def change_address(self, order_number: str, address: Address, *, idempotency_key: str) -> Order:
        """Send an order elsewhere in the same country, before it is packed."""
        ...

    async def start_return(
        self, order_number: str, lines: Sequence[LineQuantity], reason: str, *, idempotency_key: str
    ) -> Return:
        """Announce a return and make its free label; no lines means all that can still be returned."""
        ...

    async def start_exchange(
        self, order_number: str, line: int, wanted: Variant, *, idempotency_key: str, reason: str = ""
    ) -> Return:
        """Swap one piece of a line for another size or colour of the same product, with a free label."""
        ...

    async def request_refund_check(self, order_number: str, *, idempotency_key: str) -> Case:
        """Ask the shop's people where a refund is that should have come."""
        ...

    async def report_problem(
        self,
        order_number: str,
        problem: Problem,
        description: str,
        *,
        idempotency_key: str,
        lines: Sequence[LineQuantity] = (),
    ) -> Case:
        """Report what is wrong with an order or a parcel; people look into it and answer by the day named."""
        ...

    async def send_invoice(self, order_number: str, *, idempotency_key: str) -> InvoiceSent:
        """Mail the invoice to the order's own address, once the order has left the warehouse."""
        ...

    async def aclose(self) -> None:
        """Let go of connections; the port is not used afterwards."""
        ...
