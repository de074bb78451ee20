"""What webhooks have said: events that count once, and the newest event of every object."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook_events",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "event", sa.LargeBinary(), nullable=False, comment="SHA-256 of the sender's id of it"
        ),
        sa.Column(
            "sent_at",
            sa.BigInteger(),
            nullable=True,
            comment="Unix seconds that the newest delivery was signed with",
        ),
        sa.Column("image_id", sa.UUID(), nullable=True),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name="webhook_events_image_id_fkey",
            ondelete="SET NULL",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("source", "event", name="webhook_events_pkey"),
    )
    op.create_index("webhook_events_image_idx", "webhook_events", ["image_id"])
    op.create_table(
        "webhook_objects",
        sa.Column("object", sa.LargeBinary(), nullable=False, comment="SHA-256 of bucket and key"),
        sa.Column(
            "sequencer",
            sa.LargeBinary(),
            nullable=False,
            comment="of its newest event, right-padded",
        ),
        sa.Column(
            "etag", sa.Text(), nullable=True, comment="of the bytes that the image was made of"
        ),
        sa.Column("version", sa.Text(), nullable=True, comment="in a bucket with versions"),
        sa.Column(
            "image_id",
            sa.UUID(),
            nullable=True,
            comment="null: the object was removed, or its image was deleted",
        ),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name="webhook_objects_image_id_fkey",
            ondelete="SET NULL",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("object", name="webhook_objects_pkey"),
    )
    op.create_index("webhook_objects_image_idx", "webhook_objects", ["image_id"])


def downgrade() -> None:
    op.drop_table("webhook_objects")
    op.drop_table("webhook_events")
