"""Offers for review are kept by key too, so that one key cannot use up what another is offered."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

COMMENT = "whom an image was offered to for review: no one sees it there twice in a day"
FORMER_COMMENT = "whom an image was offered to for review: nobody sees it there twice"


def upgrade() -> None:
    op.add_column(
        "reviewed",
        sa.Column(
            "key_id",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="number of the key that asked; 0: no keys are asked for",
        ),
    )
    op.drop_constraint("reviewed_pkey", "reviewed")
    op.create_primary_key("reviewed_pkey", "reviewed", ["contributor", "image_id", "key_id"])
    op.create_index("reviewed_offered_idx", "reviewed", ["offered_at"])
    op.create_table_comment("reviewed", COMMENT, existing_comment=FORMER_COMMENT)


def downgrade() -> None:
    op.execute("DELETE FROM reviewed WHERE key_id <> 0")
    op.drop_index("reviewed_offered_idx", "reviewed")
    op.drop_constraint("reviewed_pkey", "reviewed")
    op.create_primary_key("reviewed_pkey", "reviewed", ["contributor", "image_id"])
    op.drop_column("reviewed", "key_id")
    op.create_table_comment("reviewed", FORMER_COMMENT, existing_comment=COMMENT)
