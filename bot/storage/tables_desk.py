"""Tables of the desk: who is there, who does the routing, what staff did."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from bot.storage.columns import UtcTime, json_column
from bot.storage.tables import ID, WORD, metadata

agent_presence = Table(
    "agent_presence",
    metadata,
    Column("account_id", ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("teams", json_column(), nullable=False),
    Column("status", WORD, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", WORD, primary_key=True),
    Column("holder", ID, nullable=False),
    Column("until", UtcTime, nullable=False),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", ID, primary_key=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("actor_id", ID, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("action", WORD, nullable=False),
    Column("subject_kind", WORD, nullable=False),
    Column("subject_id", String(200), nullable=False, index=True),
    Column("details", json_column(), nullable=False),
)
