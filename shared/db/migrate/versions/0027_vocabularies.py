"""Each network has a vocabulary; words that the live one lacks are dormant."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

KIND = "wordnet: a word of the live network; dormant: of another one; custom: people's"
NAME = "what TAGLOOP_BACKBONE calls it"
FORMER_NAME = "timm name of the network"


def upgrade() -> None:
    op.create_table(
        "vocabularies",
        sa.Column("digest", sa.Text(), primary_key=True, comment="SHA-256 of the content"),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="its tags as JSON, by gzip"),
        comment="words of networks that do not have the shipped vocabulary; rows never change",
    )
    op.add_column(
        "backbones",
        sa.Column(
            "vocabulary",
            sa.Text(),
            sa.ForeignKey("vocabularies.digest"),
            comment="its words; null: those of ImageNet, which come with the program",
        ),
    )
    op.alter_column("backbones", "name", comment=NAME, existing_comment=FORMER_NAME)
    op.alter_column("tags", "kind", comment=KIND)
    # The convention for names was applied twice in the first migration.
    op.execute("ALTER TABLE tags DROP CONSTRAINT tags_tags_kind_check_check")
    op.create_check_constraint("kind", "tags", "kind IN ('wordnet', 'custom', 'dormant')")


def downgrade() -> None:
    op.execute(
        "DELETE FROM image_tags WHERE tag_id IN (SELECT id FROM tags WHERE kind = 'dormant')"
    )
    op.execute("DELETE FROM tags WHERE kind = 'dormant'")
    op.drop_constraint("tags_kind_check", "tags")
    op.execute("""
        ALTER TABLE tags ADD CONSTRAINT tags_tags_kind_check_check
        CHECK (kind IN ('wordnet', 'custom'))
    """)
    op.alter_column("tags", "kind", comment=None, existing_comment=KIND)
    op.alter_column("backbones", "name", comment=FORMER_NAME, existing_comment=NAME)
    op.drop_column("backbones", "vocabulary")
    op.drop_table("vocabularies")
