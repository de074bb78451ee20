"""An endpoint's secret before the present one: both sign while its receivers change over."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "endpoints",
        sa.Column("old_secret", sa.Text(), nullable=True, comment="signs too, for a while"),
    )
    op.add_column(
        "endpoints", sa.Column("old_secret_until", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("endpoints", "old_secret_until")
    op.drop_column("endpoints", "old_secret")
