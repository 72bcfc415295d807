"""Tables of the studio: what editors did with messages, and trainings."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from bot.storage.columns import UtcTime, json_column
from bot.storage.tables import ID, WORD, metadata

review_marks = Table(
    "review_marks",
    metadata,
    Column("conversation_id", ID, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("status", WORD, nullable=False),
    Column("intent", Text),
    Column("by_id", ID, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    PrimaryKeyConstraint("conversation_id", "seq"),
    Index("ix_review_marks_status", "status", "at"),
)

trainings = Table(
    "trainings",
    metadata,
    Column("id", ID, primary_key=True),
    Column("status", WORD, nullable=False),
    Column("stage", WORD, nullable=False),
    Column("share", Float, nullable=False),
    Column("message", Text, nullable=False),
    Column("started_at", UtcTime, nullable=False, index=True),
    Column("updated_at", UtcTime, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("finished_at", UtcTime),
    Column("model_id", Text),
    Column("passed_gate", Boolean),
    Column("metrics", json_column(), nullable=False),
    Column("warnings", json_column(), nullable=False),
    Column("error", json_column()),
    Column("steps", json_column(), nullable=False),
)

Index(
    "uq_trainings_running",
    trainings.c.status,
    unique=True,
    sqlite_where=text("status = 'running'"),
    postgresql_where=text("status = 'running'"),
)
