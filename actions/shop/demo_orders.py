"""Entries of `data/shop/orders.yaml` as orders, their days counted from one day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from actions.shop.catalogue import Money, Product, Variant
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
from actions.shop.terms import LABEL_DAYS, REFUND_WORKING_DAYS, label_url, tracking_url
from actions.shop.working_days import add_working_days

Entry = Mapping[str, Any]

_ORDER_KEYS = frozenset({
    "number", "of", "state", "placed", "by", "pay", "fee", "discount", "total", "lines", "promised", "expected",
    "packed", "cancelled", "why", "trouble", "search_until", "replaced_by", "parcels", "returns", "refunds",
})  # fmt: skip
_PARCEL_KEYS = frozenset({"by", "track", "sent", "due", "came", "holds", "seen", "at", "lost", "out"})
_RETURN_KEYS = frozenset({"asked", "lines", "because", "swap", "came", "parcel", "amount"})
_REFUND_KEYS = frozenset({"amount", "for", "started", "paid"})


def money(value: object) -> Money:
    """An amount as written in a file."""
    return Decimal(str(value)).quantize(Decimal("0.01"))


class OrderReader:
    """Turns entries of orders.yaml into orders with dates counted from one day."""

    def __init__(
        self,
        products: Iterable[Product],
        customers: Iterable[Customer],
        stores: Iterable[Address],
        today: date,
    ) -> None:
        self._products = {product.id: product for product in products}
        self._customers = {customer.ref: customer for customer in customers}
        self._stores = {store.town: store for store in stores}
        self._today = today

    def read(self, entry: Entry) -> Order:
        """One entry; raises KeyError or ValueError for what is missing or makes no sense."""
        _known(entry, _ORDER_KEYS)
        customer = self._customers[entry["of"]]
        lines = tuple(self._line(count, text) for count, text in enumerate(entry["lines"], 1))
        parcels = entry.get("parcels", ())
        number = str(entry["number"])
        shipments = tuple(self._shipment(f"{number}-{count}", item, lines) for count, item in enumerate(parcels, 1))
        returns = tuple(
            self._return(number, count, item, lines) for count, item in enumerate(entry.get("returns", ()), 1)
        )
        refunds = tuple(self._refund(number, entry["pay"], *item) for item in enumerate(entry.get("refunds", ()), 1))
        last_due = max((parcel.expected_on for parcel in shipments if parcel.expected_on), default=None)
        awaited = [p.expected_on for p in shipments if p.expected_on and not p.delivered_on and p.status != "lost"]
        return Order(
            number=number,
            customer_ref=customer.ref,
            customer_name=customer.name,
            email=customer.email,
            placed_on=self._day(entry["placed"]),
            state=OrderState(entry["state"]),
            lines=lines,
            delivery=_delivery(entry["by"]),
            delivery_charge=money(entry.get("fee", 0)),
            discount=money(entry.get("discount", 0)),
            total=money(entry["total"]),
            payment_method=entry["pay"],
            address=self._address(entry["by"], customer),
            promised_on=self._maybe(entry, "promised") or last_due or self._maybe(entry, "expected"),
            expected_on=self._expected(entry, awaited),
            packed_on=self._maybe(entry, "packed"),
            cancelled_on=self._maybe(entry, "cancelled"),
            cancel_reason=entry.get("why"),
            trouble=entry.get("trouble"),
            search_until=self._maybe(entry, "search_until"),
            replaced_by=str(entry["replaced_by"]) if "replaced_by" in entry else None,
            shipments=shipments,
            returns=returns,
            refunds=refunds,
        )

    def _expected(self, entry: Entry, awaited: list[date]) -> date | None:
        if entry["state"] in {"placed", "paid", "packed"}:
            return self._maybe(entry, "expected") or self._maybe(entry, "promised")
        return self._maybe(entry, "expected") or max(awaited, default=None)

    def _line(self, count: int, text: str) -> OrderLine:
        head, *options = text.split(" / ")
        quantity, product_id = head.split(" ", 1)
        product = self._products[product_id]
        variant = _variant(product, options)
        price = product.price_of(variant.size)
        pieces = int(quantity)
        return OrderLine(count, product.id, product.name, product.kind, pieces, price, variant.size, variant.colour)

    def _shipment(self, parcel_id: str, entry: Entry, lines: tuple[OrderLine, ...]) -> Shipment:
        _known(entry, _PARCEL_KEYS)
        everything = tuple(LineQuantity(line.line, line.quantity) for line in lines)
        holds = tuple(_held(item, lines) for item in entry["holds"]) if "holds" in entry else everything
        number = entry.get("track")
        came, due = self._maybe(entry, "came"), self._maybe(entry, "due")
        return Shipment(
            id=parcel_id,
            carrier=entry["by"],
            contents=holds,
            status=_status(entry),
            shipped_on=self._day(entry["sent"]),
            expected_on=due,
            delivered_on=came,
            tracking_number=number,
            tracking_url=tracking_url(entry["by"], number) if number else None,
            last_scan=entry.get("at"),
            last_scan_on=self._maybe(entry, "seen"),
        )

    def _return(self, number: str, count: int, entry: Entry, lines: tuple[OrderLine, ...]) -> Return:
        _known(entry, _RETURN_KEYS)
        name = f"R{number}-{count}"
        asked = self._day(entry["asked"])
        swap, parcel = entry.get("swap"), entry.get("parcel")
        holds = {"holds": entry["lines"]}
        return Return(
            number=name,
            order_number=number,
            kind=ReturnKind.EXCHANGE if swap else ReturnKind.REFUND,
            contents=tuple(_held(item, lines) for item in entry["lines"]),
            reason=entry["because"],
            announced_on=asked,
            send_by=asked + timedelta(days=LABEL_DAYS),
            label_url=label_url(name),
            amount=money(entry.get("amount", 0)),
            arrived_on=self._maybe(entry, "came"),
            exchange_for=_swap(swap) if swap else None,
            replacement=self._shipment(f"{name}-N", {**parcel, **holds}, lines) if parcel else None,
        )

    def _refund(self, number: str, payment: str, count: int, entry: Entry) -> Refund:
        _known(entry, _REFUND_KEYS)
        started = self._day(entry["started"])
        return Refund(
            number=f"F{number}-{count}",
            amount=money(entry["amount"]),
            method=payment,
            reason=RefundReason(entry["for"]),
            started_on=started,
            due_on=add_working_days(started, REFUND_WORKING_DAYS),
            paid_on=self._maybe(entry, "paid"),
        )

    def _address(self, by: str, customer: Customer) -> Address:
        return self._stores[by.removeprefix("collect in ")] if by.startswith("collect in ") else customer.address

    def _maybe(self, entry: Entry, key: str) -> date | None:
        return self._day(entry[key]) if key in entry else None

    def _day(self, text: str) -> date:
        match = re.fullmatch(r"([+-]\d{1,4})d", text)
        if text != "today" and not match:
            raise ValueError(f"{text!r} is no day; write '-3d', '+2d' or 'today'")
        return self._today + timedelta(days=int(match[1])) if match else self._today


def _known(entry: Entry, keys: frozenset[str]) -> None:
    strange = sorted(str(key) for key in set(entry) - keys)
    if strange:
        raise ValueError(f"{', '.join(strange)} means nothing here; known are {', '.join(sorted(keys))}")


def _delivery(by: str) -> DeliveryMethod:
    if by.startswith("collect in "):
        return DeliveryMethod.COLLECT
    return DeliveryMethod.EMAIL if by == "e-mail" else DeliveryMethod(by)


def _variant(product: Product, options: list[str]) -> Variant:
    size = next((option for option in options if option in product.sizes), None)
    colour = next((option for option in options if option in product.colours), None)
    variant = Variant(size, colour)
    if not product.offers(variant) or len(options) != (size is not None) + (colour is not None):
        raise ValueError(f"{product.id} is not made as {' / '.join(options) or 'one size and colour'}")
    return variant


def _swap(text: str) -> Variant:
    size, _, colour = text.partition(" / ")
    return Variant(size or None, colour or None)


def _held(item: int | str, lines: tuple[OrderLine, ...]) -> LineQuantity:
    if isinstance(item, int):
        return LineQuantity(item, lines[item - 1].quantity)
    quantity, line = item.split(" of ")
    return LineQuantity(int(line), int(quantity))


def _status(entry: Entry) -> ShipmentStatus:
    if "came" in entry:
        return ShipmentStatus.DELIVERED
    if entry.get("lost"):
        return ShipmentStatus.LOST
    return ShipmentStatus.OUT_FOR_DELIVERY if entry.get("out") else ShipmentStatus.ON_ITS_WAY
