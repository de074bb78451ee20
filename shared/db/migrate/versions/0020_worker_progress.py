"""When each worker last ended a batch: a worker that makes progress is not stalled."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker_progress",
        sa.Column("worker", sa.Text(), nullable=False, comment="its host and process"),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("worker"),
        comment="when each worker last ended a batch, give or take two seconds",
    )


def downgrade() -> None:
    op.drop_table("worker_progress")
