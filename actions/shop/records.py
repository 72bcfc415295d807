"""Orders, customers and products as rows of the demo shop's database, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select

from actions.shop import tables
from actions.shop.catalogue import Product, Variant
from actions.shop.identify import email_key
from actions.shop.order import Address, Customer, LineQuantity, Order, OrderLine, Refund, Return, Shipment

_ADDRESS = ("name", "street", "town", "postcode", "country")
_ORDER = tuple(
    field.name for field in fields(Order) if field.name not in {"lines", "address", "shipments", "returns", "refunds"}
)
_SHIPMENT = tuple(field.name for field in fields(Shipment) if field.name != "contents")
_RETURN = tuple(f.name for f in fields(Return) if f.name not in {"contents", "exchange_for", "replacement"})


def load_orders(connection: Connection, numbers: Sequence[str]) -> list[tuple[Order, date | None]]:
    """Orders with the day their dates float from (None: they stand still); unknown numbers are left out."""
    found = connection.execute(select(tables.orders).where(tables.orders.c.number.in_(numbers))).all()
    known = [row.number for row in found]
    lines = _by_order(connection, tables.order_lines, known)
    shipments = _by_order(connection, tables.shipments, known)
    returns = _by_order(connection, tables.returns, known)
    refunds = _by_order(connection, tables.refunds, known)
    return [(_order(row, lines, shipments, returns, refunds), row.floats_from) for row in found]


def save_order(connection: Connection, order: Order, floats_from: date | None) -> None:
    """Write an order in place of what was kept of it."""
    for table in (tables.shipments, tables.returns, tables.refunds, tables.order_lines):
        connection.execute(delete(table).where(table.c.order_number == order.number))
    values = {name: getattr(order, name) for name in _ORDER}
    values |= {f"address_{name}": getattr(order.address, name) for name in _ADDRESS}
    values["floats_from"] = floats_from
    updated = connection.execute(tables.orders.update().where(tables.orders.c.number == order.number).values(values))
    if updated.rowcount == 0:
        connection.execute(insert(tables.orders).values(values))
    _insert(connection, tables.order_lines, order, (_flat(line, OrderLine) for line in order.lines))
    _insert(connection, tables.returns, order, (_return_row(item) for item in order.returns))
    own = (_shipment_row(parcel, None) for parcel in order.shipments)
    new = (_shipment_row(item.replacement, item.number) for item in order.returns if item.replacement)
    _insert(connection, tables.shipments, order, (*own, *new))
    _insert(connection, tables.refunds, order, (_flat(refund, Refund) for refund in order.refunds))


def load_customer(connection: Connection, email: str) -> Customer | None:
    """The customer whose address has that compared form."""
    row = connection.execute(select(tables.customers).where(tables.customers.c.email_key == email)).one_or_none()
    if row is None:
        return None
    address = Address(**{name: row._mapping[name] for name in _ADDRESS})
    return Customer(row.ref, row.name, row.email, row.phone, address)


def replace_customers(connection: Connection, customers: Iterable[Customer]) -> None:
    """Write all customers anew."""
    connection.execute(delete(tables.customers))
    rows = [
        {name: getattr(customer.address, name) for name in _ADDRESS}
        | {"ref": customer.ref, "name": customer.name, "email": customer.email, "phone": customer.phone}
        | {"email_key": email_key(customer.email)}
        for customer in customers
    ]
    connection.execute(insert(tables.customers), rows)


def load_products(connection: Connection) -> tuple[Product, ...]:
    """The catalogue in its order."""
    return tuple(_product(row) for row in connection.execute(select(tables.products).order_by("position")))


def replace_products(connection: Connection, products: Iterable[Product]) -> None:
    """Write the catalogue anew."""
    connection.execute(delete(tables.products))
    rows = [
        _flat(product, Product)
        | {"position": position, "prices": {size: str(price) for size, price in product.prices.items()}}
        | {"sold_out": [[variant.size, variant.colour] for variant in product.sold_out]}
        for position, product in enumerate(products)
    ]
    connection.execute(insert(tables.products), rows)


def contents_row(contents: Iterable[LineQuantity]) -> list[list[int]]:
    """Pieces as they stand in a column."""
    return [[item.line, item.quantity] for item in contents]


def _by_order(connection: Connection, table: Table, numbers: Sequence[str]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {}
    statement = select(table).where(table.c.order_number.in_(numbers)).order_by(*table.primary_key.columns)
    for row in connection.execute(statement):
        found.setdefault(row.order_number, []).append(row)
    return found


def _order(
    row: Row[Any],
    lines: Mapping[str, list[Row[Any]]],
    shipments: Mapping[str, list[Row[Any]]],
    returns: Mapping[str, list[Row[Any]]],
    refunds: Mapping[str, list[Row[Any]]],
) -> Order:
    number, parcels = row.number, shipments.get(row.number, [])
    replacements = {parcel.return_number: _shipment(parcel) for parcel in parcels if parcel.return_number}
    return Order(
        **_picked(row, _ORDER),
        address=Address(**{name: row._mapping[f"address_{name}"] for name in _ADDRESS}),
        lines=tuple(OrderLine(**_picked(line, _names(OrderLine))) for line in lines.get(number, [])),
        shipments=tuple(_shipment(parcel) for parcel in parcels if not parcel.return_number),
        returns=tuple(_return(item, replacements.get(item.number)) for item in returns.get(number, [])),
        refunds=tuple(Refund(**_picked(refund, _names(Refund))) for refund in refunds.get(number, [])),
    )


def _shipment(row: Row[Any]) -> Shipment:
    return Shipment(**_picked(row, _SHIPMENT), contents=_contents(row))


def _return(row: Row[Any], replacement: Shipment | None) -> Return:
    wanted = Variant(row.exchange_size, row.exchange_colour)
    return Return(
        **_picked(row, _RETURN),
        contents=_contents(row),
        exchange_for=wanted if row.exchange_size or row.exchange_colour else None,
        replacement=replacement,
    )


def _product(row: Row[Any]) -> Product:
    values = _picked(row, _names(Product))
    for name in ("sizes", "colours", "synonyms"):
        values[name] = tuple(values[name])
    values["prices"] = {size: Decimal(price) for size, price in values["prices"].items()}
    values["sold_out"] = tuple(Variant(size, colour) for size, colour in values["sold_out"])
    return Product(**values)


def _contents(row: Row[Any]) -> tuple[LineQuantity, ...]:
    return tuple(LineQuantity(line, quantity) for line, quantity in row.contents)


def _shipment_row(parcel: Shipment, return_number: str | None) -> dict[str, Any]:
    row = {name: getattr(parcel, name) for name in _SHIPMENT}
    return row | {"contents": contents_row(parcel.contents), "return_number": return_number}


def _return_row(item: Return) -> dict[str, Any]:
    wanted = item.exchange_for or Variant()
    row = {name: getattr(item, name) for name in _RETURN}
    return row | {
        "contents": contents_row(item.contents),
        "exchange_size": wanted.size,
        "exchange_colour": wanted.colour,
    }


def _insert(connection: Connection, table: Table, order: Order, rows: Iterable[dict[str, Any]]) -> None:
    values = [row | {"order_number": order.number} for row in rows]
    if values:
        connection.execute(insert(table), values)


def _picked(row: Row[Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: row._mapping[name] for name in names}


def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _flat(value: Any, kind: type[Any]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in _names(kind)}
