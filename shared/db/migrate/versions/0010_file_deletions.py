"""Files that are to be deleted, noted in the transaction that makes them useless."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file_deletions",
        sa.Column("key", sa.Text(), nullable=False, comment="where the file lies in the storage"),
        sa.Column(
            "due_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.Column("attempts", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column(
            "error",
            sa.Text(),
            nullable=True,
            comment="why the storage refused the last attempt",
        ),
        sa.PrimaryKeyConstraint("key", name="file_deletions_pkey"),
        comment="noted in the transaction that makes a file useless, removed once it is gone",
    )
    op.create_index("file_deletions_due_idx", "file_deletions", ["due_at"])


def downgrade() -> None:
    op.drop_table("file_deletions")
