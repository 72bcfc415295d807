from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from actions.shop.port import LineQuantity, Order, OrderChangeRefused, Refusal
from actions.shop.returning import refund_for, return_until, returnable, start_return
from tests.contracts.shop import TODAY, demo


def order(number: str) -> Order:
    return next(order for order in demo().fresh_orders() if order.number == number)


def arrived(number: str, day: date) -> Order:
    found = order(number)
    parcels = tuple(replace(parcel, delivered_on=day) for parcel in found.shipments)
    return replace(found, shipments=parcels, placed_on=day - timedelta(days=4))


def test_goods_may_come_back_for_60_days():
    delivered = date(2026, 3, 2)
    parcel = arrived("1003", delivered)
    assert return_until(parcel, 1) == date(2026, 5, 1)
    assert returnable(parcel, date(2026, 5, 1)) == (LineQuantity(1, 1), LineQuantity(2, 1))
    assert returnable(parcel, date(2026, 5, 2)) == ()


def test_what_was_bought_before_christmas_may_come_back_until_the_end_of_february():
    assert return_until(arrived("1003", date(2026, 11, 12)), 1) == date(2027, 2, 28)
    assert return_until(arrived("1003", date(2026, 11, 2)), 1) == date(2027, 1, 1)


def test_a_gift_card_may_be_given_back_for_14_days():
    card = next(order for order in demo().fresh_orders() if order.lines[0].kind == "gift card")
    with pytest.raises(OrderChangeRefused) as caught:
        start_return(card, [], "not needed", card.delivered_on + timedelta(days=15))
    assert caught.value.refusal is Refusal.NOT_RETURNABLE


def test_a_whole_order_announced_within_14_days_brings_back_the_standard_charge():
    small = next(
        order
        for order in demo().fresh_orders()
        if order.delivered_on and str(order.delivery_charge) == "3.95" and not (order.refunds or order.returns)
    )
    everything = [LineQuantity(line.line, line.quantity) for line in small.lines]
    assert refund_for(small, everything, small.delivered_on + timedelta(days=14)) == small.total
    goods = small.total - Decimal("3.95")
    assert refund_for(small, everything, small.delivered_on + timedelta(days=15)) == goods


def test_the_extra_for_express_stays():
    express = order("1011")
    assert refund_for(express, [LineQuantity(1, 1)], TODAY) == express.total - Decimal("3.00")


def test_part_of_a_discounted_order_brings_back_its_share():
    boots_and_socks = replace(order("1003"), discount=Decimal("16.50"), total=Decimal("148.50"))
    assert refund_for(boots_and_socks, [LineQuantity(1, 1)], TODAY) == Decimal("134.10")
    assert refund_for(boots_and_socks, [LineQuantity(2, 1)], TODAY) == Decimal("14.40")


def test_never_more_comes_back_than_was_paid():
    partly = order("1009")
    assert refund_for(partly, [LineQuantity(1, 1)], TODAY) == 0
