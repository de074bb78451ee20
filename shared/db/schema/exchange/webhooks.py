"""Received webhook events, so that each counts once and in the right order."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.schema.base import metadata, now, timestamp

webhook_events = Table(
    "webhook_events",
    metadata,
    Column("source", Text, primary_key=True),
    Column("event", LargeBinary, primary_key=True, comment="SHA-256 of the sender's id of it"),
    Column("sent_at", BigInteger, comment="Unix seconds that the newest delivery was signed with"),
    # Deferred: the event is stored before the image, so that two simultaneous deliveries create one
    # image.
    Column(
        "image_id",
        ForeignKey("images.id", ondelete="SET NULL", deferrable=True, initially="DEFERRED"),
    ),
    timestamp("received_at", nullable=False, server_default=now),
    Index("webhook_events_image_idx", "image_id"),
)

webhook_objects = Table(
    "webhook_objects",
    metadata,
    # The digest, since file names may be personal and this row outlives the image.
    Column("object", LargeBinary, primary_key=True, comment="SHA-256 of bucket and key"),
    Column("sequencer", LargeBinary, nullable=False, comment="of its newest event, right-padded"),
    Column("etag", Text, comment="of the bytes that the image was made of"),
    Column("version", Text, comment="in a bucket with versions"),
    Column(
        "image_id",
        ForeignKey("images.id", ondelete="SET NULL", deferrable=True, initially="DEFERRED"),
        comment="null: the object was removed, or its image was deleted",
    ),
    Column(
        "names",
        JSONB,
        comment="source_url, filename and metadata of its image; null once there is no image",
    ),
    timestamp("changed_at", nullable=False, server_default=now),
    Index("webhook_objects_image_idx", "image_id"),
)

object_releases = Table(
    "object_releases",
    metadata,
    Column("image_id", ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
    timestamp("released_at", nullable=False, server_default=now),
    comment="images whose object is gone while others, perhaps of the same bytes, are fetched",
)
