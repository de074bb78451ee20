"""Versions of the head whose file was deleted to save space."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "models",
        sa.Column(
            "thinned_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="since when its file is gone, to save space",
        ),
    )


def downgrade() -> None:
    op.drop_column("models", "thinned_at")
