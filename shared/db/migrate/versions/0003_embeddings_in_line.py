"""Embeddings beside their ids, not in a TOAST table: visual search reads all of them."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In effect for new rows, and for old ones when `VACUUM FULL embeddings` writes them again.
    op.execute("ALTER TABLE embeddings SET (toast_tuple_target = 8160)")


def downgrade() -> None:
    op.execute("ALTER TABLE embeddings RESET (toast_tuple_target)")
