"""The request that an image came with, so that one line of the log leads to all others."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "images",
        sa.Column(
            "request_id", sa.Text(), nullable=True, comment="for the log; null once it is tagged"
        ),
    )


def downgrade() -> None:
    op.drop_column("images", "request_id")
