"""State of bridges to Immich."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def moment(name: str, **options: object) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), **options)  # type: ignore[arg-type]


def upgrade() -> None:
    op.create_table(
        "immich_connections",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column(
            "run", sa.Integer(), nullable=False, comment="number of the process that may write"
        ),
        moment("listed_until", comment="Immich's time of change up to which assets are listed"),
        moment("swept_at", comment="when all assets and tags were compared last"),
        sa.PrimaryKeyConstraint("name", name="immich_connections_pkey"),
    )
    op.create_table(
        "immich_tags",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False, comment="the path of the tag in Immich"),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("tag_id", sa.Text(), comment="in Immich; null: deleted there"),
        moment("stopped_at", comment="since when it is not written, because it was deleted"),
        sa.PrimaryKeyConstraint("connection", "value", name="immich_tags_pkey"),
        sa.ForeignKeyConstraint(
            ["connection"],
            ["immich_connections.name"],
            name="immich_tags_connection_fkey",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "immich_assets",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("asset_id", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False, comment="empty once it is sent"),
        moment("updated_at", nullable=False, comment="by Immich's clock"),
        sa.Column(
            "sha256",
            sa.LargeBinary(),
            comment="of the bytes that were sent, noted before sending",
        ),
        moment("sent_at"),
        sa.Column(
            "image_id",
            sa.UUID(),
            comment="null although sent: the image was deleted",
        ),
        sa.Column(
            "pushed",
            postgresql.JSONB(),
            nullable=False,
            server_default=sa.text("'{}'"),
            comment="the tags in Immich that are known to agree: slugs by value",
        ),
        sa.Column(
            "pushing",
            postgresql.JSONB(),
            comment="tags that are being written, noted before writing",
        ),
        moment(
            "pushed_at",
            comment="state of the image's tags that was compared with Immich last",
        ),
        sa.Column("model_version", sa.Integer(), comment="of the image at that time"),
        moment("compared_at", comment="updated_at when Immich's tags were read last"),
        sa.Column(
            "is_due",
            sa.Boolean(),
            nullable=False,
            server_default=sa.text("false"),
            comment="to compare",
        ),
        sa.Column(
            "is_rewritten",
            sa.Boolean(),
            nullable=False,
            server_default=sa.text("false"),
            comment="all of its tags were lost once, and written again",
        ),
        sa.Column(
            "noting",
            postgresql.JSONB(),
            comment="corrections that are being sent, noted before sending",
        ),
        moment("noted_at"),
        sa.Column("problem", sa.Text(), comment="why it cannot be sent"),
        moment("gone_at", comment="when it was found to be deleted in Immich"),
        sa.PrimaryKeyConstraint("connection", "asset_id", name="immich_assets_pkey"),
        sa.ForeignKeyConstraint(
            ["connection"],
            ["immich_connections.name"],
            name="immich_assets_connection_fkey",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name="immich_assets_image_id_fkey",
            ondelete="SET NULL",
        ),
    )
    op.create_index("immich_assets_image_idx", "immich_assets", ["image_id"])
    op.create_index(
        "immich_assets_unsent_idx",
        "immich_assets",
        ["connection"],
        postgresql_where=sa.text("sent_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("immich_assets")
    op.drop_table("immich_tags")
    op.drop_table("immich_connections")
