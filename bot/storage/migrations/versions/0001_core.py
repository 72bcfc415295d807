"""The conversation core."""

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import UtcTime, json_column

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("locale", sa.String(length=40), nullable=True),
        sa.Column("conversations", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
        sa.UniqueConstraint("external_id", name=op.f("uq_customers_external_id")),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("state_since", UtcTime(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("assignee_id", sa.String(length=64), nullable=True),
        sa.Column("assignee_name", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("priority", sa.String(length=40), nullable=False),
        sa.Column("priority_rank", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("wait_started_at", UtcTime(), nullable=True),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.Column("snoozed_until", UtcTime(), nullable=True),
        sa.Column("labels", json_column(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("context_from_turn", sa.Integer(), nullable=False),
        sa.Column("customer_read_seq", sa.Integer(), nullable=False),
        sa.Column("agent_read_seq", sa.Integer(), nullable=False),
        sa.Column("last_message", sa.Text(), nullable=True),
        sa.Column("last_message_at", UtcTime(), nullable=True),
        sa.Column("last_customer_seq", sa.Integer(), nullable=False),
        sa.Column("handoff", json_column(), nullable=True),
        sa.Column("contact_email", sa.Text(), nullable=True),
        sa.Column("page_url", sa.Text(), nullable=True),
        sa.Column("locale", sa.String(length=40), nullable=True),
        sa.Column("wanted_agent_id", sa.String(length=64), nullable=True),
        sa.Column("queue_position", sa.Integer(), nullable=True),
        sa.Column("queue_eta_seconds", sa.Integer(), nullable=True),
        sa.Column("turn_number", sa.Integer(), nullable=False),
        sa.Column("answered_seq", sa.Integer(), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_conversations_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    op.create_index("ix_conversations_assignee", "conversations", ["assignee_id", "state"], unique=False)
    op.create_index("ix_conversations_customer", "conversations", ["customer_id", "created_at"], unique=False)
    op.create_index(
        "ix_conversations_line",
        "conversations",
        ["priority_rank", "wait_started_at"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index("ix_conversations_state", "conversations", ["state", "updated_at"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=64), nullable=False),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_drafts_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "staff_id", name=op.f("pk_drafts")),
    )
    op.create_table(
        "episodes",
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("first_customer_at", UtcTime(), nullable=True),
        sa.Column("customer_messages", sa.Integer(), nullable=False),
        sa.Column("bot_replies", sa.Integer(), nullable=False),
        sa.Column("turns_failed", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("clarified", sa.Integer(), nullable=False),
        sa.Column("offered_human", sa.Integer(), nullable=False),
        sa.Column("escalated_at", UtcTime(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("queued_at", UtcTime(), nullable=True),
        sa.Column("queued_position", sa.Integer(), nullable=True),
        sa.Column("claimed_at", UtcTime(), nullable=True),
        sa.Column("first_agent_reply_at", UtcTime(), nullable=True),
        sa.Column("agent_id", sa.String(length=64), nullable=True),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.Column("closed_by", sa.String(length=40), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("csat", sa.Integer(), nullable=True),
        sa.Column("nps", sa.Integer(), nullable=True),
        sa.Column("ces", sa.Integer(), nullable=True),
        sa.Column("csat_comment", sa.Text(), nullable=True),
        sa.Column("abandoned", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_episodes_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "number", name=op.f("pk_episodes")),
    )
    op.create_index("ix_episodes_claimed", "episodes", ["claimed_at"], unique=False)
    op.create_index("ix_episodes_opened", "episodes", ["opened_at"], unique=False)
    op.create_table(
        "events",
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("author", sa.String(length=40), nullable=True),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("client_key", sa.String(length=200), nullable=True),
        sa.Column("data", json_column(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_events_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "seq", name=op.f("pk_events")),
    )
    op.create_index(
        "uq_events_client_key",
        "events",
        ["conversation_id", "client_key"],
        unique=True,
        sqlite_where=sa.text("client_key IS NOT NULL"),
        postgresql_where=sa.text("client_key IS NOT NULL"),
    )
    op.create_table(
        "turn_records",
        sa.Column("turn_id", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=False),
        sa.Column("covers", json_column(), nullable=False),
        sa.Column("signals", json_column(), nullable=False),
        sa.Column("tracker_events", sa.Text(), nullable=False),
        sa.Column("timings", json_column(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_turn_records_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_turn_records")),
    )
    op.create_index("ix_turn_records_finished", "turn_records", ["finished_at"], unique=False)
    op.create_index("uq_turn_records_number", "turn_records", ["conversation_id", "number"], unique=True)
    op.create_table(
        "turns",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("not_before", UtcTime(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(length=64), nullable=True),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.Column("covers_to", sa.Integer(), nullable=False),
        sa.Column("told_slow", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_turns_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turns")),
    )
    op.create_index(
        "uq_turns_open",
        "turns",
        ["conversation_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('pending', 'running')"),
        postgresql_where=sa.text("status IN ('pending', 'running')"),
    )


def downgrade() -> None:
    op.drop_index("uq_turns_open", table_name="turns")
    op.drop_table("turns")
    op.drop_index("uq_turn_records_number", table_name="turn_records")
    op.drop_index("ix_turn_records_finished", table_name="turn_records")
    op.drop_table("turn_records")
    op.drop_index("uq_events_client_key", table_name="events")
    op.drop_table("events")
    op.drop_index("ix_episodes_opened", table_name="episodes")
    op.drop_index("ix_episodes_claimed", table_name="episodes")
    op.drop_table("episodes")
    op.drop_table("drafts")
    op.drop_index("ix_conversations_state", table_name="conversations")
    op.drop_index("ix_conversations_line", table_name="conversations")
    op.drop_index("ix_conversations_customer", table_name="conversations")
    op.drop_index("ix_conversations_assignee", table_name="conversations")
    op.drop_table("conversations")
    op.drop_table("customers")
