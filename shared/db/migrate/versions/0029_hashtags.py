"""Images that teach nothing, and what hashtags led to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "images",
        sa.Column(
            "learn",
            sa.Boolean(),
            server_default=sa.text("true"),
            nullable=False,
            comment="false: the uploader said that nothing is learned from it",
        ),
    )
    op.create_table(
        "hashtag_proposals",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "word", sa.Text(), nullable=False, comment="the same for all spellings of a hashtag"
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="for people"),
        sa.Column(
            "means", sa.Text(), server_default="", nullable=False, comment="of a synonym: the word"
        ),
        sa.Column("means_name", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="proposed", nullable=False),
        sa.Column(
            "automatic",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="accepted without a person",
        ),
        sa.Column("tag_id", sa.Integer(), comment="of an accepted tag"),
        sa.Column("figures", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("decided_by", sa.Integer(), comment="number of the key"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("kind IN ('tag', 'synonym')", name="hashtag_proposals_kind_check"),
        sa.CheckConstraint(
            "status IN ('proposed', 'accepted', 'refused')", name="hashtag_proposals_status_check"
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tags.id"], name="hashtag_proposals_tag_id_fkey", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="hashtag_proposals_pkey"),
        comment="a decision stays: what was refused is not proposed again",
    )
    op.create_index(
        "hashtag_proposals_word_idx", "hashtag_proposals", ["kind", "word", "means"], unique=True
    )
    op.create_index("hashtag_proposals_tag_idx", "hashtag_proposals", ["tag_id"])


def downgrade() -> None:
    op.drop_table("hashtag_proposals")
    op.drop_column("images", "learn")
