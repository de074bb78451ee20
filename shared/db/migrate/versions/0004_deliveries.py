"""Endpoints, and the deliveries of events to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "endpoints",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column(
            "events",
            sa.ARRAY(sa.Text()),
            nullable=False,
            comment="types of events that it is told about",
        ),
        sa.Column(
            "owner",
            sa.Text(),
            nullable=True,
            comment="only events about their images; null: about everybody's",
        ),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "secret", sa.Text(), nullable=False, comment="signing needs it as it is, not its hash"
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "succeeded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="about when it last took a message, within a minute",
        ),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_reason", sa.Text(), nullable=True, comment="for people"),
        sa.PrimaryKeyConstraint("id", name="endpoints_pkey"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.UUID(), nullable=False, comment="UUIDv7; the webhook-id of the message"),
        sa.Column("endpoint_id", sa.UUID(), nullable=True),
        sa.Column(
            "callback_url",
            sa.Text(),
            nullable=True,
            comment="of an upload, where there is no endpoint",
        ),
        sa.Column(
            "destination", sa.Text(), nullable=False, comment="what may be slow or dead as one"
        ),
        sa.Column(
            "owner",
            sa.Text(),
            nullable=True,
            comment="whose message it is; null: the operator's",
        ),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("image_id", sa.UUID(), nullable=True),
        sa.Column("data", JSONB(), nullable=False, comment="what was known when it happened"),
        sa.Column(
            "occurred_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "body", sa.Text(), nullable=True, comment="as sent; every attempt sends the same"
        ),
        sa.Column("status", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column(
            "due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "claim", sa.UUID(), nullable=True, comment="of the sender that has it until due_at"
        ),
        sa.Column(
            "answer", sa.SmallInteger(), nullable=True, comment="HTTP status of the last attempt"
        ),
        sa.Column(
            "error", sa.Text(), nullable=True, comment="why the last attempt failed, for people"
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'delivered', 'failed')", name="deliveries_status_check"
        ),
        sa.CheckConstraint(
            "(endpoint_id IS NULL) <> (callback_url IS NULL)", name="deliveries_receiver_check"
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["endpoints.id"],
            name="deliveries_endpoint_id_fkey",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name="deliveries_image_id_fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="deliveries_pkey"),
    )
    op.create_index(
        "deliveries_waiting_idx",
        "deliveries",
        ["destination", "due_at"],
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_index("deliveries_endpoint_idx", "deliveries", ["endpoint_id", "id"])
    op.create_index("deliveries_image_idx", "deliveries", ["image_id"])
    op.create_index("deliveries_owner_idx", "deliveries", ["owner", "id"])
    op.create_index(
        "deliveries_finished_idx",
        "deliveries",
        ["finished_at"],
        postgresql_where=sa.text("status <> 'waiting'"),
    )


def downgrade() -> None:
    op.drop_table("deliveries")
    op.drop_table("endpoints")
