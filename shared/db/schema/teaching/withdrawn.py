"""Corrections of images whose object left its bucket, kept in case the same bytes return."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import REAL, UUID

from shared.db.schema.base import metadata, now, timestamp

withdrawn_images = Table(
    "withdrawn_images",
    metadata,
    Column("id", UUID, primary_key=True, comment="of the image, which it gets back"),
    Column("owner", Text, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    timestamp("withdrawn_at", nullable=False, server_default=now),
    UniqueConstraint("owner", "sha256", name="withdrawn_images_owner_sha256_key"),
    Index("withdrawn_images_withdrawn_at_idx", "withdrawn_at"),
)

withdrawn_corrections = Table(
    "withdrawn_corrections",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("image_id", ForeignKey("withdrawn_images.id", ondelete="CASCADE"), nullable=False),
    Column("tag_id", ForeignKey("tags.id", ondelete="CASCADE"), nullable=False),
    Column("contributor", ForeignKey("contributors.name"), nullable=False),
    Column("verdict", Text, nullable=False),
    Column("model_version", Integer),
    Column("confidence", REAL),
    Column("run_id", Integer),
    timestamp("created_at", nullable=False),
    Column("batch_id", ForeignKey("correction_batches.id", ondelete="SET NULL")),
    Column("set_aside", Boolean, nullable=False, server_default=text("false")),
    Index("withdrawn_corrections_image_id_idx", "image_id"),
    Index("withdrawn_corrections_tag_id_idx", "tag_id"),
    Index("withdrawn_corrections_batch_id_idx", "batch_id"),
    comment="rows of corrections as they were",
)
