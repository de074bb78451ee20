"""All secrets of an endpoint that still sign, instead of the last one only."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "endpoints",
        sa.Column(
            "old_secrets",
            JSONB(),
            nullable=False,
            server_default="[]",
            comment='those that sign too, oldest first: [{"secret", "until"}]',
        ),
    )
    op.execute("""
        UPDATE endpoints SET old_secrets = jsonb_build_array(
            jsonb_build_object('secret', old_secret, 'until', old_secret_until)
        ) WHERE old_secret IS NOT NULL AND old_secret_until IS NOT NULL
    """)
    op.drop_column("endpoints", "old_secret")


def downgrade() -> None:
    op.add_column(
        "endpoints",
        sa.Column("old_secret", sa.Text(), nullable=True, comment="signs too, for a while"),
    )
    op.execute("UPDATE endpoints SET old_secret = old_secrets -> -1 ->> 'secret'")
    op.drop_column("endpoints", "old_secrets")
