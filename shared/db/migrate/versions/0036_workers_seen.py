"""When each worker was last seen, also while it has nothing to do."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

OLD_COMMENT = "when each worker last ended a batch, give or take two seconds"


def upgrade() -> None:
    op.alter_column("worker_progress", "ended_at", nullable=True, server_default=None)
    op.add_column("worker_progress", sa.Column("seen_at", sa.DateTime(timezone=True)))
    op.add_column(
        "worker_progress",
        sa.Column(
            "images", sa.Integer(), server_default="0", nullable=False, comment="held at `seen_at`"
        ),
    )
    op.create_table_comment("worker_progress", f"{OLD_COMMENT}, and was last seen")


def downgrade() -> None:
    op.create_table_comment("worker_progress", OLD_COMMENT)
    op.drop_column("worker_progress", "images")
    op.drop_column("worker_progress", "seen_at")
    op.execute("DELETE FROM worker_progress WHERE ended_at IS NULL")
    op.alter_column("worker_progress", "ended_at", nullable=False, server_default=sa.text("now()"))
