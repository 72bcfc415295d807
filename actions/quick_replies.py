"""The buttons the bot offers. Payloads are trusted intents, but only when the bot itself offered them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

QuickReply = Mapping[str, str]


def button(title: str, intent: str, **entities: Any) -> QuickReply:
    """A quick reply that means an intent, with entities if given."""
    return {"title": title, "payload": f"/{intent}" + (json.dumps(entities) if entities else "")}


PERSON = button("Talk to a person", "request_human")
YES = button("Yes", "affirm")
NO = button("No", "deny")
NONE_OF_THESE = button("None of these", "none_of_these")
NOT_MEANT = button("Not what I meant", "none_of_these")
STOP = button("Leave it", "stop")


def article(title: str, article_id: str) -> QuickReply:
    """Opens an article of the knowledge base."""
    return button(title, "inform", article=article_id)


def order(number: str, title: str | None = None) -> QuickReply:
    """Names an order."""
    return button(title or f"Order {number}", "inform", order_number=number)
