"""What a shop can answer instead of a result."""

from __future__ import annotations

from enum import StrEnum


class ShopError(Exception):
    """Root of what goes wrong with the shop; `code` is stable for programs, `message` is for a person."""

    code = "shop_error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class ShopUnavailable(ShopError):
    """The shop cannot answer now (no connection, too slow, broken reply). The tool failed, not the customer."""

    code = "shop_unavailable"


class Refusal(StrEnum):
    """Why a change is refused. The values are part of the shop contract."""

    UNKNOWN_ORDER = "unknown_order"
    KEY_REUSED = "key_reused"
    ALREADY_CANCELLED = "already_cancelled"
    ALREADY_PACKED = "already_packed"
    ALREADY_SHIPPED = "already_shipped"
    ALREADY_DELIVERED = "already_delivered"
    ALREADY_RETURNED = "already_returned"
    NOT_SHIPPED_YET = "not_shipped_yet"
    NOT_DELIVERED_YET = "not_delivered_yet"
    NOT_LATE_YET = "not_late_yet"
    WAIT_FIRST = "wait_first"
    PERIOD_OVER = "period_over"
    NOT_RETURNABLE = "not_returnable"
    NOT_EXCHANGEABLE = "not_exchangeable"
    SAME_VARIANT = "same_variant"
    UNKNOWN_VARIANT = "unknown_variant"
    SOLD_OUT = "sold_out"
    UNKNOWN_LINE = "unknown_line"
    NO_DELIVERY = "no_delivery"
    INCOMPLETE_ADDRESS = "incomplete_address"
    ADDRESS_NOT_SERVED = "address_not_served"
    NO_REFUND_DUE = "no_refund_due"
    OTHER = "other"


class OrderChangeRefused(ShopError):
    """The order's state (or the shop's rules) forbid the change. Nothing was changed.

    `message_for_customer` can be said as it is: it names the reason and what can be done instead.
    """

    def __init__(self, code: Refusal, message_for_customer: str) -> None:
        super().__init__(message_for_customer, code=code.value)
        self.refusal = code
        self.message_for_customer = message_for_customer


def unknown_order() -> OrderChangeRefused:
    """The refusal of a change to an order that does not exist."""
    return OrderChangeRefused(Refusal.UNKNOWN_ORDER, "I cannot find that order. Please check its number.")
