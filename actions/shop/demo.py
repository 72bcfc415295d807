"""Reads the demo shop's catalogue, customers and orders from `data/shop/`.

Orders are written with days relative to today. `read_demo` turns them into dates for one day; `freshen` moves an order
that nobody has touched since to another day, so that the demo is as fresh a month later as on its first day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from actions.shop.catalogue import Product, Variant
from actions.shop.demo_orders import Entry, OrderReader, money
from actions.shop.errors import ShopError
from actions.shop.fresh import freshen
from actions.shop.order import Address, Customer, Order


class DemoDataError(ShopError):
    """A file of `data/shop/` cannot be used; the message names the file, the entry and what is wrong."""

    code = "demo_data_invalid"


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo shop as its files describe it, with orders as of `written`; see `fresh_orders`."""

    written: date
    products: tuple[Product, ...]
    customers: tuple[Customer, ...]
    orders: tuple[Order, ...]

    def fresh_orders(self) -> tuple[Order, ...]:
        """The orders as a customer meets them on the day the demo was read."""
        return tuple(freshen(order, self.written, self.written) for order in self.orders)


def read_demo(data_dir: Path, today: date) -> Demo:
    """Read `data_dir` (`data/shop`); raises `DemoDataError`."""
    products = tuple(_each(data_dir / "products.yaml", "id", _product))
    customers = tuple(_each(data_dir / "customers.yaml", "ref", _customer))
    stores = tuple(_each(data_dir / "stores.yaml", "town", _store))
    reader = OrderReader(products, customers, stores, today)
    orders = tuple(_each(data_dir / "orders.yaml", "number", reader.read))
    return Demo(today, products, customers, orders)


def _each(path: Path, key: str, read: Any) -> Iterable[Any]:
    try:
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError) as error:
        raise DemoDataError(f"{path.name}: cannot be read: {error}") from error
    if not isinstance(entries, list):
        raise DemoDataError(f"{path.name}: a list of entries is expected.")
    seen: set[object] = set()
    for entry in entries:
        name = entry.get(key) if isinstance(entry, dict) else None
        try:
            if name in seen:
                raise ValueError("appears twice")
            yield read(entry)
        except (KeyError, ValueError, TypeError, AttributeError, InvalidOperation) as error:
            what = f"{error} is missing or unknown" if isinstance(error, KeyError) else error
            raise DemoDataError(f"{path.name}: {key} {name}: {what}") from error
        seen.add(name)


def _product(entry: Entry) -> Product:
    return Product(
        id=entry["id"],
        name=entry["name"],
        kind=entry["kind"],
        category=entry["category"],
        price=money(entry["price"]),
        sizes=tuple(entry.get("sizes", ())),
        colours=tuple(entry.get("colours", ())),
        synonyms=tuple(entry.get("synonyms", ())),
        about=entry.get("about", ""),
        prices={size: money(price) for size, price in entry.get("prices", {}).items()},
        sold_out=tuple(Variant(size, colour) for size, colour in entry.get("sold_out", ())),
    )


def _customer(entry: Entry) -> Customer:
    place = {name: entry[name] for name in ("name", "street", "town", "postcode")}
    address = Address(**place, country=entry.get("country", "United Kingdom"))
    return Customer(entry["ref"], entry["name"], entry["email"], entry["phone"], address)


def _store(entry: Entry) -> Address:
    return Address(f"Fernhill Outdoor {entry['town']}", entry["street"], entry["town"], entry["postcode"])
