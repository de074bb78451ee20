"""Batches of corrections: what one request said, so that it can be undone as one."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "correction_batches",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("contributor", sa.Text(), nullable=False),
        sa.Column(
            "owner",
            sa.Text(),
            nullable=True,
            comment="whom the caller's key was bound to; null: no one",
        ),
        sa.Column("undoes", sa.UUID(), nullable=True, comment="the batch that this one takes back"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["contributor"], ["contributors.name"], name="correction_batches_contributor_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["undoes"],
            ["correction_batches.id"],
            name="correction_batches_undoes_fkey",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="correction_batches_pkey"),
        sa.UniqueConstraint("undoes", name="correction_batches_undoes_key"),
        comment="what one request said",
    )
    op.add_column(
        "corrections",
        sa.Column("batch_id", sa.UUID(), nullable=True, comment="the request that brought it"),
    )
    op.create_foreign_key(
        "corrections_batch_id_fkey",
        "corrections",
        "correction_batches",
        ["batch_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index(
        "corrections_batch_idx",
        "corrections",
        ["batch_id"],
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_column("corrections", "batch_id")
    op.drop_table("correction_batches")
