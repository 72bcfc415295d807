"""docs/shop-http.md leaves no field, state or refusal out, and its example is what it says."""

import json
import re
from dataclasses import fields

import pytest

from actions.shop.contract import from_data
from actions.shop.port import (
    Address,
    Case,
    Customer,
    DeliveryMethod,
    InvoiceSent,
    Order,
    OrderLine,
    OrderState,
    Problem,
    Product,
    Refund,
    RefundReason,
    Refusal,
    Return,
    ReturnKind,
    Shipment,
    ShipmentStatus,
)
from tests.contracts.shop import DATA, demo

PAGE = (DATA.parents[1] / "docs" / "shop-http.md").read_text()
NAMED = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`\n]+)`", PAGE))))


@pytest.mark.parametrize(
    "kind", [Order, OrderLine, Address, Shipment, Return, Refund, Case, Customer, Product, InvoiceSent]
)
def test_every_field_is_named(kind):
    assert {field.name for field in fields(kind)} <= NAMED


@pytest.mark.parametrize(
    "values", [OrderState, DeliveryMethod, ShipmentStatus, ReturnKind, RefundReason, Problem, set(Refusal)]
)
def test_every_value_is_named(values):
    assert {value.value for value in values} - {"unknown_order"} <= NAMED


def test_the_example_is_an_order():
    [_, example] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    order = from_data(Order, json.loads(example))
    tent = next(order for order in demo().fresh_orders() if order.number == "1042")
    assert order == tent
