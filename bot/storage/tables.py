"""Tables of the conversation core. Other parts keep theirs in `tables_<topic>.py` on the same `metadata`."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from bot.storage.columns import UtcTime, json_column

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = String(64)
WORD = String(40)


def _conversation_id() -> Column[str]:
    return Column("conversation_id", ID, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False)


customers = Table(
    "customers",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", Text),
    Column("email", Text),
    Column("verified", Boolean, nullable=False),
    Column("external_id", Text, unique=True),
    Column("locale", WORD),
    Column("conversations", Integer, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", ID, primary_key=True),
    Column("customer_id", ID, ForeignKey("customers.id", ondelete="CASCADE"), nullable=False),
    Column("state", WORD, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("state_since", UtcTime, nullable=False),
    Column("channel", WORD, nullable=False),
    Column("assignee_id", ID),
    Column("assignee_name", Text),
    Column("team", Text),
    Column("priority", WORD, nullable=False),
    Column("priority_rank", Integer, nullable=False),  # the priority as a number, for the order of the line
    Column("reason", WORD),
    Column("wait_started_at", UtcTime),
    Column("closed_at", UtcTime),
    Column("snoozed_until", UtcTime),
    Column("labels", json_column(), nullable=False),
    Column("episode", Integer, nullable=False),
    Column("context_from_turn", Integer, nullable=False),
    Column("customer_read_seq", Integer, nullable=False),
    Column("agent_read_seq", Integer, nullable=False),
    Column("last_message", Text),
    Column("last_message_at", UtcTime),
    Column("last_customer_seq", Integer, nullable=False),
    Column("handoff", json_column()),
    Column("contact_email", Text),
    Column("page_url", Text),
    Column("locale", WORD),
    Column("wanted_agent_id", ID),
    Column("queue_position", Integer),
    Column("queue_eta_seconds", Integer),
    Column("turn_number", Integer, nullable=False),
    Column("answered_seq", Integer, nullable=False),
    Column("failed_attempts", Integer, nullable=False),
    Index("ix_conversations_customer", "customer_id", "created_at"),
    Index("ix_conversations_state", "state", "updated_at"),
    Index("ix_conversations_assignee", "assignee_id", "state"),
)

Index(
    "ix_conversations_line",
    conversations.c.priority_rank,
    conversations.c.wait_started_at,
    sqlite_where=text("state = 'queued'"),
    postgresql_where=text("state = 'queued'"),
)

events = Table(
    "events",
    metadata,
    _conversation_id(),
    Column("seq", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("kind", WORD, nullable=False),
    Column("author", WORD),  # of a message: customer, bot, agent or system
    Column("private", Boolean, nullable=False),
    Column("client_key", String(200)),
    Column("data", json_column(), nullable=False),
    PrimaryKeyConstraint("conversation_id", "seq"),
)

Index(
    "uq_events_client_key",
    events.c.conversation_id,
    events.c.client_key,
    unique=True,
    sqlite_where=text("client_key IS NOT NULL"),
    postgresql_where=text("client_key IS NOT NULL"),
)

turns = Table(
    "turns",
    metadata,
    Column("id", ID, primary_key=True),
    _conversation_id(),
    Column("status", WORD, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("not_before", UtcTime, nullable=False),
    Column("episode", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("lease", ID),
    Column("lease_until", UtcTime),
    Column("covers_to", Integer, nullable=False),
    Column("told_slow", Boolean, nullable=False),
)

OPEN_TURN = "status IN ('pending', 'running')"

Index(
    "uq_turns_open",
    turns.c.conversation_id,
    unique=True,
    sqlite_where=text(OPEN_TURN),
    postgresql_where=text(OPEN_TURN),
)

turn_records = Table(
    "turn_records",
    metadata,
    Column("turn_id", ID, primary_key=True),
    _conversation_id(),
    Column("episode", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("outcome", WORD, nullable=False),
    Column("model_id", Text, nullable=False),
    Column("finished_at", UtcTime, nullable=False),
    Column("covers", json_column(), nullable=False),
    Column("signals", json_column(), nullable=False),
    Column("tracker_events", Text, nullable=False),  # JSON text; never looked into by the database
    Column("timings", json_column()),
    Index("uq_turn_records_number", "conversation_id", "number", unique=True),
    Index("ix_turn_records_finished", "finished_at"),
)

episodes = Table(
    "episodes",
    metadata,
    _conversation_id(),
    Column("number", Integer, nullable=False),
    Column("channel", WORD, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("first_customer_at", UtcTime),
    Column("customer_messages", Integer, nullable=False),
    Column("bot_replies", Integer, nullable=False),
    Column("turns_failed", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("clarified", Integer, nullable=False),
    Column("offered_human", Integer, nullable=False),
    Column("escalated_at", UtcTime),
    Column("reason", WORD),
    Column("queued_at", UtcTime),
    Column("queued_position", Integer),
    Column("claimed_at", UtcTime),
    Column("first_agent_reply_at", UtcTime),
    Column("agent_id", ID),
    Column("closed_at", UtcTime),
    Column("closed_by", WORD),
    Column("outcome", WORD),
    Column("csat", Integer),
    Column("nps", Integer),
    Column("ces", Integer),
    Column("csat_comment", Text),
    Column("abandoned", Boolean, nullable=False),
    PrimaryKeyConstraint("conversation_id", "number"),
    Index("ix_episodes_opened", "opened_at"),
    Index("ix_episodes_claimed", "claimed_at"),
)

drafts = Table(
    "drafts",
    metadata,
    _conversation_id(),
    Column("staff_id", ID, nullable=False),
    Column("staff_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("conversation_id", "staff_id"),
)
