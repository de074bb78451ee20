"""Endpoints and their deliveries."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from shared.db.schema.base import metadata, now, timestamp

endpoints = Table(
    "endpoints",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("url", Text, nullable=False),
    Column("events", ARRAY(Text), nullable=False, comment="types of events that it is told about"),
    Column("owner", Text, comment="only events about their images; null: about everybody's"),
    Column("description", Text, nullable=False, server_default=""),
    Column("secret", Text, nullable=False, comment="signing needs it as it is, not its hash"),
    timestamp("created_at", nullable=False, server_default=now),
    timestamp("succeeded_at", comment="about when it last took a message, within a minute"),
    timestamp("disabled_at"),
    Column("disabled_reason", Text, comment="for people"),
    timestamp("old_secret_until"),
    Column(
        "old_secrets",
        JSONB,
        nullable=False,
        server_default="[]",
        comment='those that sign too, oldest first: [{"secret", "until"}]',
    ),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", UUID, primary_key=True, comment="UUIDv7; the webhook-id of the message"),
    Column("endpoint_id", ForeignKey("endpoints.id", ondelete="CASCADE")),
    Column("callback_url", Text, comment="of an upload, where there is no endpoint"),
    Column("destination", Text, nullable=False, comment="what may be slow or dead as one"),
    Column("owner", Text, comment="whose message it is; null: the operator's"),
    Column("type", Text, nullable=False),
    Column("image_id", ForeignKey("images.id", ondelete="CASCADE")),
    Column("data", JSONB, nullable=False, comment="what was known when it happened"),
    timestamp("occurred_at", nullable=False, server_default=now),
    Column("body", Text, comment="as sent; every attempt sends the same"),
    Column("status", Text, nullable=False, server_default="waiting"),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    timestamp("due_at", nullable=False, server_default=now),
    Column("claim", UUID, comment="of the sender that has it until due_at"),
    Column("answer", SmallInteger, comment="HTTP status of the last attempt"),
    Column("error", Text, comment="why the last attempt failed, for people"),
    timestamp("finished_at"),
    CheckConstraint("status IN ('waiting', 'delivered', 'failed')", name="status"),
    CheckConstraint("(endpoint_id IS NULL) <> (callback_url IS NULL)", name="receiver"),
    Index(
        "deliveries_waiting_idx",
        "destination",
        "due_at",
        postgresql_where=text("status = 'waiting'"),
    ),
    Index("deliveries_endpoint_idx", "endpoint_id", "id"),
    Index("deliveries_image_idx", "image_id"),
    Index("deliveries_owner_idx", "owner", "id"),
    Index("deliveries_finished_idx", "finished_at", postgresql_where=text("status <> 'waiting'")),
)
