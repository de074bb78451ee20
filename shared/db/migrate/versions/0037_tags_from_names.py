"""Which tags were made from their names alone, so that another network can read the names too."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "tags",
        sa.Column(
            "from_name",
            sa.Boolean(),
            nullable=False,
            server_default=sa.text("false"),
            comment="whether it was made from its name alone, by a network with text",
        ),
    )


def downgrade() -> None:
    op.drop_column("tags", "from_name")
