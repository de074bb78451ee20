"""Images, their embeddings and their tags."""

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    column,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, REAL, UUID

from shared.db.schema.base import metadata, now, timestamp

images = Table(
    "images",
    metadata,
    Column("id", UUID, primary_key=True, comment="UUIDv7: sorts by time of arrival"),
    Column("owner", Text, nullable=False, server_default=""),
    Column("sha256", LargeBinary, comment="of the original's bytes; null until fetched"),
    Column("status", Text, nullable=False, server_default="queued"),
    Column("source_url", Text, comment="where the bytes come from, if they were not uploaded"),
    Column("filename", Text),
    Column("hashtags", ARRAY(Text), nullable=False, server_default="{}"),
    Column("metadata", JSONB, nullable=False, server_default=text("'{}'")),
    Column(
        "learn",
        Boolean,
        nullable=False,
        server_default=text("true"),
        comment="false: the uploader said that nothing is learned from it",
    ),
    Column("callback_url", Text),
    Column("format", Text),
    Column("width", Integer, comment="pixels, after the EXIF orientation is applied"),
    Column("height", Integer),
    Column("orientation", SmallInteger, comment="EXIF orientation of the stored file, 1 to 8"),
    Column("bytes", BigInteger),
    Column("queue", Text, nullable=False, comment="Celery queue it waits in"),
    timestamp("created_at", nullable=False, server_default=now),
    timestamp("announced_at", nullable=False, server_default=now),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("claim", UUID, comment="the claim that holds the lease"),
    timestamp("lease_until"),
    timestamp("tagged_at"),
    Column("model_version", ForeignKey("models.version")),
    Column("error", Text, comment="why it failed, for people"),
    Column(
        "decoded_share",
        REAL,
        comment="of the rows of its picture that could be decoded; null where all could",
    ),
    Column("request_id", Text, comment="for the log; null once it is tagged"),
    Column(
        "same_as",
        ForeignKey("images.id", ondelete="CASCADE"),
        comment="the image of the same owner and bytes, found after this one was fetched",
    ),
    CheckConstraint("status IN ('queued', 'tagged', 'failed')", name="status"),
    CheckConstraint("status <> 'failed' OR error IS NOT NULL", name="failed_error"),
    UniqueConstraint("owner", "sha256", name="images_owner_sha256_key"),
    Index("images_waiting_idx", "announced_at", postgresql_where=text("status = 'queued'")),
    Index("images_owner_idx", "owner", "id"),
    Index("images_failed_idx", "id", postgresql_where=text("status = 'failed'")),
    Index("images_same_as_idx", "same_as", postgresql_where=text("same_as IS NOT NULL")),
    # Every row is updated often: claimed, tagged, and re-tagged with each version. If the new row
    # fits into the same page, no index has to be updated.
    postgresql_with={"fillfactor": 50},
)

embeddings = Table(
    "embeddings",
    metadata,
    Column("image_id", ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
    # An image has one embedding of each network: of two while the network is being changed.
    Column("backbone_id", ForeignKey("backbones.id"), primary_key=True),
    Column("embedding", HALFVEC, nullable=False),
    # Rows may fill a page before Postgres moves embeddings out of line, which makes comparing one
    # embedding with all others four times faster.
    postgresql_with={"toast_tuple_target": 8160},
)

image_tags = Table(
    "image_tags",
    metadata,
    Column("image_id", ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
    Column("confidence", REAL, nullable=False),
    Index("image_tags_tag_idx", "tag_id", "image_id"),
    Index("image_tags_confidence_idx", "tag_id", "confidence", "image_id"),
    comment="what the model shows; what people decided stands in decisions",
)

# A view: people's decisions, and otherwise the tags that the model shows.
shown_tags = table(
    "shown_tags",
    column("image_id", UUID),
    column("tag_id", Integer),
    column("confidence", REAL),
    column("source", Text),
)
