"""Moves the dates of a demo order along with the calendar, so that 'expected in two days' stays true every day.

Days are put where such things can happen: parcels leave and refunds are paid on working days, parcels arrive on
delivery days, express ones on working days. What has happened moves back to such a day and what is to come moves on,
so that events keep their order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from actions.shop.order import DeliveryMethod, Order, Refund, RefundReason, Return, Shipment
from actions.shop.terms import LABEL_DAYS, REFUND_WORKING_DAYS
from actions.shop.working_days import add_working_days, is_delivery_day, is_working_day

_DAY = timedelta(days=1)


def freshen(order: Order, written: date, today: date) -> Order:
    """The order as it stands today, when its dates were right relative to the day it was written."""
    return _Calendar(written, today).order(order)


class _Calendar:
    def __init__(self, written: date, today: date) -> None:
        self._shift = today - written
        self._today = today

    def order(self, order: Order) -> Order:
        arrives = is_working_day if order.delivery is DeliveryMethod.EXPRESS else is_delivery_day
        shipments = tuple(self._shipment(shipment, arrives) for shipment in order.shipments)
        packed_on = self._maybe(order.packed_on, is_working_day)
        events = [packed_on, *(shipment.shipped_on for shipment in shipments)]
        return replace(
            order,
            placed_on=min(day for day in (order.placed_on + self._shift, *events) if day),
            packed_on=packed_on,
            promised_on=self._awaited(order.promised_on, arrives),
            expected_on=self._awaited(order.expected_on, arrives),
            cancelled_on=self._any(order.cancelled_on),
            search_until=self._awaited(order.search_until, is_working_day),
            shipments=shipments,
            returns=tuple(self._return(item) for item in order.returns),
            refunds=tuple(self._refund(refund) for refund in order.refunds),
        )

    def _shipment(self, shipment: Shipment, arrives: Callable[[date], bool] = is_delivery_day) -> Shipment:
        return replace(
            shipment,
            shipped_on=self._happened(shipment.shipped_on, is_working_day),
            expected_on=self._awaited(shipment.expected_on, arrives),
            delivered_on=self._maybe(shipment.delivered_on, arrives),
            last_scan_on=self._maybe(shipment.last_scan_on, is_delivery_day),
        )

    def _return(self, item: Return) -> Return:
        arrived_on = self._maybe(item.arrived_on, is_working_day)
        announced_on = min(day for day in (item.announced_on + self._shift, arrived_on) if day)
        return replace(
            item,
            announced_on=announced_on,
            send_by=announced_on + timedelta(days=LABEL_DAYS),
            arrived_on=arrived_on,
            replacement=self._shipment(item.replacement) if item.replacement else None,
        )

    def _refund(self, refund: Refund) -> Refund:
        at_any_hour = refund.reason is RefundReason.CANCELLED
        fits: Callable[[date], bool] = (lambda day: True) if at_any_hour else is_working_day
        started_on = self._happened(refund.started_on, fits)
        return replace(
            refund,
            started_on=started_on,
            due_on=add_working_days(started_on, REFUND_WORKING_DAYS),
            paid_on=self._maybe(refund.paid_on, fits),
        )

    def _any(self, day: date | None) -> date | None:
        return day + self._shift if day else None

    def _happened(self, day: date, fits: Callable[[date], bool]) -> date:
        moved = day + self._shift
        while not fits(moved):
            moved -= _DAY
        return moved

    def _maybe(self, day: date | None, fits: Callable[[date], bool]) -> date | None:
        return self._happened(day, fits) if day else None

    def _awaited(self, day: date | None, fits: Callable[[date], bool]) -> date | None:
        if day is None or day + self._shift < self._today:
            return self._maybe(day, fits)
        moved = day + self._shift
        while not fits(moved):
            moved += _DAY
        return moved
