"""The demo shop's terms in figures (docs/shop-facts.md) and the addresses of its tracking and label pages."""

from __future__ import annotations

from decimal import Decimal

RETURN_DAYS = 60
"""Days from delivery within which goods can come back or be exchanged."""
LABEL_DAYS = 30
"""Days for which a return label is valid."""
CHARGE_BACK_DAYS = 14
"""Days from delivery within which the return of a whole order brings back the standard delivery charge."""
GIFT_CARD_DAYS = 14
"""Days within which an unused gift card can be given back."""
REPORT_DAYS = 30
"""Days from delivery within which wrong, damaged or missing items are put right."""
NOT_THERE_DAYS = 14
"""Days from the supposed delivery within which a parcel that is not there can be reported."""
WARRANTY_DAYS = 5 * 365
"""Days from delivery within which a fault is looked into: the longest warranty, that on seams of tents."""
STORE_DAYS = 14
"""Days for which a store keeps an order that waits to be collected."""
REFUND_WORKING_DAYS = 5
"""Working days in which a refund is paid after the goods have arrived."""
LATE_WORKING_DAYS = 2
"""Working days after the last promised date from which a late parcel is looked for."""
EXPRESS_EXTRA = Decimal("3.00")
"""What express costs beyond standard delivery; not paid back when goods are returned."""
SERVED = {
    "United Kingdom", "Ireland", "Austria", "Belgium", "Bulgaria", "Croatia", "Cyprus", "Czechia", "Denmark", "Estonia",
    "Finland", "France", "Germany", "Greece", "Hungary", "Italy", "Latvia", "Lithuania", "Luxembourg", "Malta",
    "Netherlands", "Poland", "Portugal", "Romania", "Slovakia", "Slovenia", "Spain", "Sweden",
}  # fmt: skip
EXCHANGE_BY_POST = {"United Kingdom", "Ireland"}
"""Countries from which sizes and colours are swapped by post."""


def tracking_url(carrier: str, tracking_number: str) -> str:
    """Where a parcel can be followed."""
    return f"https://tracking.example.com/{carrier.lower().replace(' ', '-')}/{tracking_number}"


def label_url(return_number: str) -> str:
    """Where the label of a return is printed."""
    return f"https://returns.example.com/labels/{return_number}"
