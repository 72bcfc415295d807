"""Tables of the demo shop's own SQLite database. Amounts are whole pence."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from sqlalchemy import JSON, Column, Date, Enum, ForeignKey, Integer, MetaData, String, Table, TypeDecorator
from sqlalchemy.engine import Dialect

from actions.shop.order import DeliveryMethod, OrderState, RefundReason, ReturnKind, ShipmentStatus
from actions.shop.port import Problem

SCHEMA_VERSION = 1
metadata = MetaData()


class Pence(TypeDecorator[Decimal]):
    """Pounds in the program, pence in the table."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Pounds to pence."""
        return None if value is None else int(value * 100)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Pence to pounds."""
        return None if value is None else (Decimal(value) / 100).quantize(Decimal("0.01"))


def _one_of(kind: type[StrEnum]) -> Enum:
    return Enum(kind, values_callable=lambda members: [member.value for member in members], native_enum=False)


def _of_order() -> Column[str]:
    return Column("order_number", ForeignKey("orders.number", ondelete="CASCADE"), nullable=False, index=True)


products = Table(
    "products",
    metadata,
    Column("id", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("category", String, nullable=False),
    Column("price", Pence, nullable=False),
    Column("sizes", JSON, nullable=False),
    Column("colours", JSON, nullable=False),
    Column("synonyms", JSON, nullable=False),
    Column("about", String, nullable=False),
    Column("prices", JSON, nullable=False),
    Column("sold_out", JSON, nullable=False),
)

customers = Table(
    "customers",
    metadata,
    Column("ref", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("email", String, nullable=False),
    Column("email_key", String, nullable=False, unique=True),
    Column("phone", String, nullable=False),
    Column("street", String, nullable=False),
    Column("town", String, nullable=False),
    Column("postcode", String, nullable=False),
    Column("country", String, nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("number", String, primary_key=True),
    Column("customer_ref", String, nullable=False, index=True),
    Column("customer_name", String, nullable=False),
    Column("email", String, nullable=False),
    Column("placed_on", Date, nullable=False),
    Column("state", _one_of(OrderState), nullable=False),
    Column("delivery", _one_of(DeliveryMethod), nullable=False),
    Column("delivery_charge", Pence, nullable=False),
    Column("discount", Pence, nullable=False),
    Column("total", Pence, nullable=False),
    Column("payment_method", String, nullable=False),
    Column("address_name", String, nullable=False),
    Column("address_street", String, nullable=False),
    Column("address_town", String, nullable=False),
    Column("address_postcode", String, nullable=False),
    Column("address_country", String, nullable=False),
    Column("promised_on", Date),
    Column("expected_on", Date),
    Column("packed_on", Date),
    Column("cancelled_on", Date),
    Column("cancel_reason", String),
    Column("trouble", String),
    Column("search_until", Date),
    Column("replaced_by", String),
    # A demo order that nobody has changed moves along with the calendar: its dates are right for this day.
    Column("floats_from", Date),
)

order_lines = Table(
    "order_lines",
    metadata,
    Column("order_number", ForeignKey("orders.number", ondelete="CASCADE"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("product_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_price", Pence, nullable=False),
    Column("size", String),
    Column("colour", String),
)

returns = Table(
    "returns",
    metadata,
    Column("number", String, primary_key=True),
    _of_order(),
    Column("kind", _one_of(ReturnKind), nullable=False),
    Column("contents", JSON, nullable=False),
    Column("reason", String, nullable=False),
    Column("announced_on", Date, nullable=False),
    Column("send_by", Date, nullable=False),
    Column("label_url", String, nullable=False),
    Column("amount", Pence, nullable=False),
    Column("arrived_on", Date),
    Column("exchange_size", String),
    Column("exchange_colour", String),
)

shipments = Table(
    "shipments",
    metadata,
    Column("id", String, primary_key=True),
    _of_order(),
    # Set for the new piece of an exchange, which belongs to the return and not to the order's own parcels.
    Column("return_number", ForeignKey("returns.number", ondelete="CASCADE")),
    Column("carrier", String, nullable=False),
    Column("contents", JSON, nullable=False),
    Column("status", _one_of(ShipmentStatus), nullable=False),
    Column("shipped_on", Date, nullable=False),
    Column("expected_on", Date),
    Column("delivered_on", Date),
    Column("tracking_number", String),
    Column("tracking_url", String),
    Column("last_scan", String),
    Column("last_scan_on", Date),
)

refunds = Table(
    "refunds",
    metadata,
    Column("number", String, primary_key=True),
    _of_order(),
    Column("amount", Pence, nullable=False),
    Column("method", String, nullable=False),
    Column("reason", _one_of(RefundReason), nullable=False),
    Column("started_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("paid_on", Date),
)

# What people were asked to do outlives the order it is about, so neither table refers to `orders`.
cases = Table(
    "cases",
    metadata,
    Column("reference", String, primary_key=True),
    Column("order_number", String, nullable=False, index=True),
    Column("problem", _one_of(Problem), nullable=False),
    Column("description", String, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("answer_by", Date, nullable=False),
    Column("contents", JSON, nullable=False),
)

invoices = Table(
    "invoices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("order_number", String, nullable=False, index=True),
    Column("email", String, nullable=False),
    Column("sent_on", Date, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("key", String, primary_key=True),
    Column("fingerprint", String, nullable=False),
    Column("result", String, nullable=False),
)
