"""Tables of accounts, staff tokens and customers' sessions."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, String, Table, Text

from bot.storage.columns import UtcTime, json_column
from bot.storage.tables import ID, WORD, metadata

HASH = String(64)

accounts = Table(
    "accounts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("email", String(320), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", WORD, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("teams", json_column(), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

staff_tokens = Table(
    "staff_tokens",
    metadata,
    Column("token_hash", HASH, primary_key=True),
    Column("account_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", HASH, primary_key=True),
    Column("customer_id", ID, ForeignKey("customers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("conversation_id", ID, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
    Column("operator", Boolean, nullable=False),
)
