"""What the intents are about. Two wishes of one topic in one message are one matter told in two sentences."""

from __future__ import annotations

TOPICS = {
    "delivery": (
        "order_status", "order_tracking_link", "order_delivery_date", "order_delayed", "order_not_received",
        "order_list",
    ),
    "delivery in general": ("ask_shipping",),
    "changing": ("order_cancel", "order_change_address", "order_change_items"),
    "returning": (
        "return_start", "return_status", "exchange_start", "refund_status", "ask_returns", "ask_exchange", "ask_refund",
        "order_partial", "order_wrong_item", "order_damaged", "ask_warranty", "ask_repair",
    ),
    "paying": ("charged_twice", "payment_failed", "ask_payment", "order_invoice", "ask_discount", "ask_price_match"),
    "choosing": ("ask_sizing", "ask_product", "ask_care", "ask_stock"),
    "stores": ("ask_stores", "ask_contact"),
    "account": ("ask_account", "ask_privacy"),
    "gift cards": ("ask_gift_card",),
    "points": ("ask_loyalty",),
}  # fmt: skip
_BY_INTENT = {intent: name for name, intents in TOPICS.items() for intent in intents}

QUESTIONS = frozenset(intent for intent in _BY_INTENT if intent.startswith("ask_") or intent == "payment_failed")
"""Answered from the knowledge base, without asking anything back: served before wishes that need an order."""

ASKS_FOR_PERSON = frozenset({"request_human", "callback_request"})
DANGER = frozenset({"safety_issue", "self_harm"})
"""Somebody may be hurt: overlooking one is worse than fetching a person for nothing."""
PERSON_FIRST = ASKS_FOR_PERSON | DANGER | {"legal_threat", "data_request", "special_request"}
"""Whoever says one of these among other things needs a person for all of them."""


def topic(intent: str | None) -> str | None:
    """The topic of a wish; None for talk that is no wish."""
    return _BY_INTENT.get(intent or "")
