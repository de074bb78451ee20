"""Corrections that were put aside remember the request that brought them, as the others do."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("withdrawn_corrections", sa.Column("batch_id", postgresql.UUID(), nullable=True))
    op.create_foreign_key(
        "withdrawn_corrections_batch_id_fkey",
        "withdrawn_corrections",
        "correction_batches",
        ["batch_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index("withdrawn_corrections_batch_id_idx", "withdrawn_corrections", ["batch_id"])


def downgrade() -> None:
    op.drop_column("withdrawn_corrections", "batch_id")
