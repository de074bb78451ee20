"""Embeddings of texts that people searched for, kept for the next time."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "text_embeddings",
        sa.Column(
            "backbone_id", sa.SmallInteger(), sa.ForeignKey("backbones.id"), primary_key=True
        ),
        sa.Column("words", sa.Text(), primary_key=True, comment="what was embedded"),
        sa.Column(
            "as_name",
            sa.Boolean(),
            primary_key=True,
            comment="whether as a tag's name, in the sentences for the vocabulary",
        ),
        sa.Column("embedding", sa.LargeBinary(), nullable=False, comment="float32, length 1"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        comment="texts that people searched for, for 30 days",
    )
    op.create_index("text_embeddings_created_idx", "text_embeddings", ["created_at"])


def downgrade() -> None:
    op.drop_table("text_embeddings")
