"""An order and what belongs to it: lines, parcels, returns, refunds. Values only; dates are the shop's (UK) days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from actions.shop.catalogue import Money, Variant


class OrderState(StrEnum):
    """Where an order is. The values are part of the shop contract."""

    PLACED = "placed"
    PAID = "paid"
    PACKED = "packed"
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"
    DELAYED = "delayed"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    LOST = "lost"
    RETURNED = "returned"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"


class DeliveryMethod(StrEnum):
    """How an order reaches its customer."""

    STANDARD = "standard"
    EXPRESS = "express"
    COLLECT = "collect"
    EMAIL = "email"


class ShipmentStatus(StrEnum):
    """Where one parcel is."""

    ON_ITS_WAY = "on_its_way"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    LOST = "lost"


class ReturnKind(StrEnum):
    """What the customer gets for what comes back."""

    REFUND = "refund"
    EXCHANGE = "exchange"


class RefundReason(StrEnum):
    """What a refund is for."""

    CANCELLED = "cancelled"
    RETURNED = "returned"
    LOST = "lost"
    MISSING = "missing"
    DAMAGED = "damaged"
    OVERCHARGED = "overcharged"


@dataclass(frozen=True, slots=True)
class Address:
    """Where parcels go; for an order to collect, the store."""

    name: str
    street: str
    town: str
    postcode: str
    country: str = "United Kingdom"


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who has ordered. `ref` is the shop's own key and never shown to customers."""

    ref: str
    name: str
    email: str
    phone: str
    address: Address

    @property
    def first_name(self) -> str:
        """The name to greet with."""
        return self.name.split()[0]


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One position of an order, counted from 1."""

    line: int
    product_id: str
    name: str
    kind: str
    quantity: int
    unit_price: Money
    size: str | None = None
    colour: str | None = None

    @property
    def variant(self) -> Variant:
        """Its size and colour."""
        return Variant(self.size, self.colour)

    @property
    def total(self) -> Money:
        """Price of the whole position."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class LineQuantity:
    """So many pieces of an order's line."""

    line: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Shipment:
    """One parcel. Without tracking when it was collected in a store or sent by e-mail."""

    id: str
    carrier: str
    contents: tuple[LineQuantity, ...]
    status: ShipmentStatus
    shipped_on: date
    expected_on: date | None = None
    delivered_on: date | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    last_scan: str | None = None
    last_scan_on: date | None = None


@dataclass(frozen=True, slots=True)
class Return:
    """Goods that the customer sends back. `amount` is what will be refunded (0 for an exchange)."""

    number: str
    order_number: str
    kind: ReturnKind
    contents: tuple[LineQuantity, ...]
    reason: str
    announced_on: date
    send_by: date
    label_url: str
    amount: Money
    arrived_on: date | None = None
    exchange_for: Variant | None = None
    replacement: Shipment | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back or paid back, by the method named."""

    number: str
    amount: Money
    method: str
    reason: RefundReason
    started_on: date
    due_on: date
    paid_on: date | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the shop knows it.

    `promised_on` is the first promise made to the customer, `expected_on` the present one (None when nothing is
    awaited or nothing can be promised). `trouble` says in a few words what holds it up ('the zips have not come yet').
    `search_until` is set while the carrier looks for a lost parcel; `replaced_by` is the order that replaces this one.
    """

    number: str
    customer_ref: str
    customer_name: str
    email: str
    placed_on: date
    state: OrderState
    lines: tuple[OrderLine, ...]
    delivery: DeliveryMethod
    delivery_charge: Money
    discount: Money
    total: Money
    payment_method: str
    address: Address
    promised_on: date | None = None
    expected_on: date | None = None
    packed_on: date | None = None
    cancelled_on: date | None = None
    cancel_reason: str | None = None
    trouble: str | None = None
    search_until: date | None = None
    replaced_by: str | None = None
    shipments: tuple[Shipment, ...] = ()
    returns: tuple[Return, ...] = ()
    refunds: tuple[Refund, ...] = ()

    @property
    def delivered_on(self) -> date | None:
        """When its last parcel arrived; None while any part has not."""
        days = [shipment.delivered_on for shipment in self.shipments]
        whole = bool(days) and not self.awaiting_dispatch
        return max(day for day in days if day) if whole and all(days) else None

    @property
    def awaiting_dispatch(self) -> tuple[LineQuantity, ...]:
        """What is in no parcel yet."""
        sent: dict[int, int] = {}
        for item in (item for shipment in self.shipments for item in shipment.contents):
            sent[item.line] = sent.get(item.line, 0) + item.quantity
        left = (LineQuantity(line.line, line.quantity - sent.get(line.line, 0)) for line in self.lines)
        return tuple(item for item in left if item.quantity > 0)

    @property
    def open_to_changes(self) -> bool:
        """True until it is packed: it may still be cancelled or sent elsewhere."""
        waiting = self.state in {OrderState.PLACED, OrderState.PAID, OrderState.DELAYED}
        return waiting and self.packed_on is None and not self.shipments

    def line(self, number: int) -> OrderLine | None:
        """The line of that number."""
        return next((line for line in self.lines if line.line == number), None)
