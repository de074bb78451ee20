"""Mark images that are deleted once they are answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transient_images",
        sa.Column("image_id", postgresql.UUID(), nullable=False),
        sa.Column(
            "due_at",
            sa.TIMESTAMP(timezone=True),
            nullable=False,
            comment="when the sweeper deletes it at the latest",
        ),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("image_id"),
        comment="deleted once they are answered; an upload of the same bytes removes the mark",
    )
    op.create_index("transient_images_due_idx", "transient_images", ["due_at"])


def downgrade() -> None:
    op.drop_table("transient_images")
