"""The conversation service: the only writer of conversations. Each verb is one transaction; news goes out after it."""

from __future__ import annotations

from bot.conversation.answering import Answering
from bot.conversation.customer_side import CustomerSide
from bot.conversation.feedback import FeedbackSide
from bot.conversation.model import Accepted, CustomerProfile, Draft
from bot.conversation.staff_side import StaffSide

__all__ = ["Accepted", "ConversationService", "CustomerProfile", "Draft"]


class ConversationService(CustomerSide, StaffSide, FeedbackSide, Answering):
    """Everything that can be done with a conversation.

    Verbs raise `BatonError`s; `Unavailable` `storage_unavailable` means that nothing was stored and nothing was told.
    """
