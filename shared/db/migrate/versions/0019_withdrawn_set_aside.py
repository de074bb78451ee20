"""Corrections that were put aside remember that a run failed on them, as the others do."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "withdrawn_corrections",
        sa.Column("set_aside", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )


def downgrade() -> None:
    op.drop_column("withdrawn_corrections", "set_aside")
