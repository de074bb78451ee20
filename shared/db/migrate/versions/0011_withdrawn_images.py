"""What people said of images outlives the objects in buckets that they came from, for a while."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "webhook_objects",
        sa.Column(
            "names",
            postgresql.JSONB(),
            nullable=True,
            comment="source_url, filename and metadata of its image; null once there is no image",
        ),
    )
    op.add_column(
        "webhook_objects",
        sa.Column(
            "changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
    )
    op.execute("""
        UPDATE webhook_objects
        SET names = jsonb_build_object(
                'source_url', images.source_url, 'filename', images.filename,
                'metadata', images.metadata
            ),
            changed_at = images.created_at
        FROM images
        WHERE images.id = webhook_objects.image_id AND images.source_url LIKE 's3://%'
    """)
    op.create_table(
        "object_releases",
        sa.Column("image_id", postgresql.UUID(), nullable=False),
        sa.Column(
            "released_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name="object_releases_image_id_fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("image_id", name="object_releases_pkey"),
        comment="images whose object is gone while others, perhaps of the same bytes, are fetched",
    )
    op.create_table(
        "withdrawn_images",
        sa.Column(
            "id",
            postgresql.UUID(),
            nullable=False,
            comment="of the image, which it gets back",
        ),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column(
            "withdrawn_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.PrimaryKeyConstraint("id", name="withdrawn_images_pkey"),
        sa.UniqueConstraint("owner", "sha256", name="withdrawn_images_owner_sha256_key"),
    )
    op.create_index("withdrawn_images_withdrawn_at_idx", "withdrawn_images", ["withdrawn_at"])
    op.create_table(
        "withdrawn_corrections",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("image_id", postgresql.UUID(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("contributor", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("model_version", sa.Integer(), nullable=True),
        sa.Column("confidence", sa.REAL(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["withdrawn_images.id"],
            name="withdrawn_corrections_image_id_fkey",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tags.id"], name="withdrawn_corrections_tag_id_fkey", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contributor"], ["contributors.name"], name="withdrawn_corrections_contributor_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="withdrawn_corrections_pkey"),
        comment="rows of corrections as they were",
    )
    op.create_index("withdrawn_corrections_image_id_idx", "withdrawn_corrections", ["image_id"])
    op.create_index("withdrawn_corrections_tag_id_idx", "withdrawn_corrections", ["tag_id"])


def downgrade() -> None:
    op.drop_table("withdrawn_corrections")
    op.drop_table("withdrawn_images")
    op.drop_table("object_releases")
    op.drop_column("webhook_objects", "changed_at")
    op.drop_column("webhook_objects", "names")
