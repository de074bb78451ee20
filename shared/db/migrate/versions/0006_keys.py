"""Keys of callers, and owners whose images are not learned from."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the key"),
        sa.Column(
            "hint", sa.Text(), nullable=False, comment="how the key begins, to recognise it by"
        ),
        sa.Column("name", sa.Text(), server_default="", nullable=False, comment="what it is for"),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "owner", sa.Text(), nullable=True, comment="only their images; null: everybody's"
        ),
        sa.Column(
            "requests_per_minute",
            sa.Integer(),
            nullable=True,
            comment="null: as the settings say",
        ),
        sa.Column(
            "bytes_per_minute",
            sa.BigInteger(),
            nullable=True,
            comment="null: as the settings say",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "last_used_at", sa.DateTime(timezone=True), nullable=True, comment="to the minute"
        ),
        sa.Column(
            "revoked_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="since when it opens nothing",
        ),
        sa.PrimaryKeyConstraint("id", name="api_keys_pkey"),
        sa.UniqueConstraint("digest", name="api_keys_digest_key"),
    )
    op.create_table(
        "untrained_owners",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("owner", name="untrained_owners_pkey"),
        comment="owners whose images no fine-tune looks at",
    )


def downgrade() -> None:
    op.drop_table("untrained_owners")
    op.drop_table("api_keys")
