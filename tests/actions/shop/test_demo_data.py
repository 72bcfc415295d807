"""The demo shop's files: enough of everything, invented, and consistent on any day they are read."""

import re
from collections import Counter
from datetime import date, timedelta

import pytest

from actions.shop.demo import DemoDataError, read_demo
from actions.shop.fresh import freshen
from actions.shop.port import DeliveryMethod, Order, OrderState, ReturnKind, ShipmentStatus
from actions.shop.working_days import is_delivery_day, is_working_day
from tests.contracts.shop import DATA, TODAY, demo

ON_THE_ROAD = {ShipmentStatus.ON_ITS_WAY, ShipmentStatus.OUT_FOR_DELIVERY}
ARRIVED = {OrderState.SHIPPED, OrderState.OUT_FOR_DELIVERY, OrderState.DELIVERED, OrderState.RETURNED}


def test_there_are_orders_enough_in_every_state():
    states = Counter(order.state for order in demo().orders)
    assert len(demo().orders) >= 260
    assert set(states) == set(OrderState)
    assert min(states.values()) >= 8


def test_there_are_80_customers_some_with_one_surname_and_some_with_several_orders():
    surnames = Counter(customer.name.split()[-1] for customer in demo().customers)
    orders = Counter(order.customer_ref for order in demo().orders)
    assert len(demo().customers) == 80
    assert sum(count > 1 for count in surnames.values()) >= 5
    assert sum(count > 3 for count in orders.values()) >= 10
    assert set(orders) == {customer.ref for customer in demo().customers}


def test_nobody_can_be_reached():
    for customer in demo().customers:
        assert re.fullmatch(r"[a-z.]+@example\.(com|org|net)", customer.email)
        assert "555" in customer.phone.replace(" ", "")


def test_tracking_numbers_are_unique_and_follow_the_demo_address():
    parcels = [parcel for order in demo().orders for parcel in order.shipments if parcel.tracking_number]
    assert len({parcel.tracking_number for parcel in parcels}) == len(parcels) > 150
    assert all(str(parcel.tracking_url).startswith("https://tracking.example.com/") for parcel in parcels)


def test_amounts_add_up():
    for order in demo().orders:
        _check_amounts(order)


def _check_amounts(order: Order) -> None:
    goods = sum(line.total for line in order.lines)
    assert order.total == goods + order.delivery_charge - order.discount
    assert sum(refund.amount for refund in order.refunds) <= order.total
    at_home = order.address.country == "United Kingdom"
    charged = order.delivery_charge
    if order.delivery in {DeliveryMethod.COLLECT, DeliveryMethod.EMAIL} or order.total == 0:
        assert charged == 0
    elif order.delivery is DeliveryMethod.EXPRESS:
        assert str(charged) == "6.95"
    else:
        assert str(charged) == ("9.95" if not at_home else "0.00" if goods - order.discount >= 50 else "3.95")
    pieces = {line.line: line.quantity for line in order.lines}
    for item in (item for parcel in order.shipments for item in parcel.contents):
        pieces[item.line] -= item.quantity
    assert min(pieces.values()) >= 0


def test_order_1042_is_the_blue_tent_on_its_way():
    order = next(order for order in demo().fresh_orders() if order.number == "1042")
    assert (order.email, order.state) == ("anna.keller@example.com", OrderState.SHIPPED)
    assert [(line.name, line.colour) for line in order.lines] == [("Ridgeline 2", "blue")]
    assert order.expected_on == TODAY + timedelta(days=2)


@pytest.mark.parametrize("start", range(0, 366, 61))
def test_every_order_tells_a_possible_story_on_every_day_of_two_years(start):
    for offset in range(start, start + 61):
        for today in (TODAY + timedelta(days=offset), TODAY + timedelta(days=offset + 366)):
            for order in demo().orders:
                _check(freshen(order, TODAY, today), today)


def _check(order: Order, today: date) -> None:
    story = f"{order.number} on {today}"
    assert order.placed_on <= today, story
    _check_parcels(order, today, story)
    _check_promises(order, today, story)
    _check_returns(order, today, story)
    if order.cancelled_on:
        assert order.state is OrderState.CANCELLED, story
        assert order.placed_on <= order.cancelled_on <= today, story


def _check_parcels(order: Order, today: date, story: str) -> None:
    if order.packed_on:
        assert order.placed_on <= order.packed_on <= today, story
    for parcel in order.shipments:
        assert is_working_day(parcel.shipped_on), story
        assert order.placed_on <= parcel.shipped_on <= today, story
        if parcel.delivered_on:
            express = order.delivery is DeliveryMethod.EXPRESS
            assert (is_working_day if express else is_delivery_day)(parcel.delivered_on), story
            assert parcel.shipped_on <= parcel.delivered_on <= today, story
        if parcel.last_scan_on:
            assert parcel.shipped_on <= parcel.last_scan_on <= today, story
    if order.state in ARRIVED:
        assert order.shipments, story
        assert not order.awaiting_dispatch, story
    assert (order.state is OrderState.DELIVERED) <= (order.delivered_on is not None), story


def _check_promises(order: Order, today: date, story: str) -> None:
    if order.state in {OrderState.PLACED, OrderState.PAID, OrderState.PACKED}:
        assert not order.shipments, story
        assert order.expected_on is None or order.expected_on >= today, story
    elif order.state is OrderState.DELAYED:
        assert order.trouble, story
        assert order.expected_on > max(order.promised_on, today), story
    elif order.state is OrderState.PARTLY_SHIPPED:
        assert order.shipments, story
        assert order.awaiting_dispatch, story
        assert order.expected_on > today, story
    elif order.state in ARRIVED:
        awaited = [parcel.expected_on for parcel in order.shipments if parcel.status in ON_THE_ROAD]
        assert all(day >= today for day in awaited), story
    assert (order.search_until or today) >= today, story


def _check_returns(order: Order, today: date, story: str) -> None:
    for item in order.returns:
        assert order.delivered_on <= item.announced_on <= (item.arrived_on or today) <= today, story
        assert (item.kind is ReturnKind.EXCHANGE) == (item.amount == 0), story
        if item.replacement:
            assert item.arrived_on <= item.replacement.shipped_on <= item.replacement.delivered_on <= today, story
    for refund in order.refunds:
        assert refund.started_on <= (refund.paid_on or today) <= today, story
        assert refund.started_on >= (order.cancelled_on or order.placed_on), story
    if order.state is OrderState.RETURNED:
        assert any(item.arrived_on for item in order.returns), story
        assert any(not refund.paid_on for refund in order.refunds), story
    if order.state is OrderState.REFUNDED:
        assert order.refunds, story
        assert all(refund.paid_on for refund in order.refunds), story


@pytest.mark.parametrize(
    ("name", "find", "put", "told"),
    [
        ("orders.yaml", "of: anna-keller, state: shipped", "of: nobody, state: shipped", "number 1042: 'nobody'"),
        ("orders.yaml", "of: anna-keller, state: shipped", "of: anna-keller, state: flying", "number 1042: 'flying'"),
        ("orders.yaml", "1 ridgeline-2 / blue", "1 ridgeline-2 / pink", "ridgeline-2 is not made as pink"),
        ("orders.yaml", "placed: -3d", "placed: yesterday", "'yesterday' is no day"),
        ("orders.yaml", "placed: -3d", "paid_on: -3d, placed: -3d", "paid_on means nothing here"),
        ("orders.yaml", "number: 1003", "number: 1042", "number 1042: appears twice"),
        ("products.yaml", "price: 219.00", "price: cheap", "id ridgeline-1"),
        ("customers.yaml", "town: Bristol", "city: Bristol", "ref anna-keller: 'town' is missing"),
        ("products.yaml", "- {id", "- [id", "cannot be read"),
    ],
)
def test_a_broken_file_is_told_with_its_entry(tmp_path, name, find, put, told):
    for path in DATA.glob("*.yaml"):
        (tmp_path / path.name).write_text(path.read_text())
    text = (tmp_path / name).read_text()
    assert find in text
    (tmp_path / name).write_text(text.replace(find, put, 1))
    with pytest.raises(DemoDataError) as caught:
        read_demo(tmp_path, TODAY)
    assert caught.value.message.startswith(f"{name}: ")
    assert told in caught.value.message


def test_the_files_are_small():
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 400_000
