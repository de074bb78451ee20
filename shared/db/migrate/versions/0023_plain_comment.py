"""Describe the tag of a re-tagging job plainly."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

COMMENT = "only this tag is scored again; null: all"
FORMER_COMMENT = "only this tag is scored anew; null: all"


def upgrade() -> None:
    op.alter_column(
        "retag_jobs",
        "tag_id",
        existing_type=sa.Integer(),
        comment=COMMENT,
        existing_comment=FORMER_COMMENT,
    )


def downgrade() -> None:
    op.alter_column(
        "retag_jobs",
        "tag_id",
        existing_type=sa.Integer(),
        comment=FORMER_COMMENT,
        existing_comment=COMMENT,
    )
