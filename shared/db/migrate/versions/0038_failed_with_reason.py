"""A failed image always has a reason."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        UPDATE images SET error = 'No reason was noted.' WHERE status = 'failed' AND error IS NULL
    """)
    op.create_check_constraint("failed_error", "images", "status <> 'failed' OR error IS NOT NULL")


def downgrade() -> None:
    op.drop_constraint("images_failed_error_check", "images")
