"""Room in the pages of images for the next version of each row."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In effect for pages that are filled from now on.
    op.execute("ALTER TABLE images SET (fillfactor = 50)")


def downgrade() -> None:
    op.execute("ALTER TABLE images RESET (fillfactor)")
