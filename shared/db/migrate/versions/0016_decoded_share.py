"""How much of a picture could be decoded, where its file is incomplete."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "images",
        sa.Column(
            "decoded_share",
            sa.REAL(),
            nullable=True,
            comment="of the rows of its picture that could be decoded; null where all could",
        ),
    )


def downgrade() -> None:
    op.drop_column("images", "decoded_share")
