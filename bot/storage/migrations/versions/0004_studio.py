"""What editors did with messages, and trainings."""

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import UtcTime, json_column

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_marks",
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("intent", sa.Text()),
        sa.Column("by_id", sa.String(64), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_review_marks_conversation_id_conversations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "seq", name="pk_review_marks"),
    )
    op.create_index("ix_review_marks_status", "review_marks", ["status", "at"])
    op.create_table(
        "trainings",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("finished_at", UtcTime()),
        sa.Column("model_id", sa.Text()),
        sa.Column("passed_gate", sa.Boolean()),
        sa.Column("metrics", json_column(), nullable=False),
        sa.Column("warnings", json_column(), nullable=False),
        sa.Column("error", json_column()),
        sa.Column("steps", json_column(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trainings"),
    )
    op.create_index("ix_trainings_started_at", "trainings", ["started_at"])
    running = sa.text("status = 'running'")
    op.create_index(
        "uq_trainings_running", "trainings", ["status"], unique=True, sqlite_where=running, postgresql_where=running
    )


def downgrade() -> None:
    op.drop_table("trainings")
    op.drop_table("review_marks")
