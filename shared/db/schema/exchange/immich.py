"""What bridges to Immich remember: how far they listed, which tags they wrote where."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.schema.base import metadata, timestamp

immich_connections = Table(
    "immich_connections",
    metadata,
    Column("name", Text, primary_key=True),
    Column("server", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("run", Integer, nullable=False, comment="number of the process that may write"),
    timestamp("listed_until", comment="Immich's time of change up to which assets are listed"),
    timestamp("swept_at", comment="when all assets and tags were compared last"),
)

immich_tags = Table(
    "immich_tags",
    metadata,
    Column(
        "connection", ForeignKey("immich_connections.name", ondelete="CASCADE"), primary_key=True
    ),
    Column("value", Text, primary_key=True, comment="the path of the tag in Immich"),
    Column("slug", Text, nullable=False),
    Column("tag_id", Text, comment="in Immich; null: deleted there"),
    timestamp("stopped_at", comment="since when it is not written, because it was deleted"),
)

immich_assets = Table(
    "immich_assets",
    metadata,
    Column(
        "connection", ForeignKey("immich_connections.name", ondelete="CASCADE"), primary_key=True
    ),
    Column("asset_id", Text, primary_key=True),
    Column("filename", Text, nullable=False, comment="empty once it is sent"),
    timestamp("updated_at", nullable=False, comment="by Immich's clock"),
    Column("sha256", LargeBinary, comment="of the bytes that were sent, noted before sending"),
    timestamp("sent_at"),
    Column(
        "image_id",
        ForeignKey("images.id", ondelete="SET NULL"),
        comment="null although sent: the image was deleted",
    ),
    Column(
        "pushed",
        JSONB,
        nullable=False,
        server_default=text("'{}'"),
        comment="the tags in Immich that are known to agree: slugs by value",
    ),
    Column(
        "pushing",
        JSONB(none_as_null=True),
        comment="tags that are being written, noted before writing",
    ),
    timestamp("pushed_at", comment="state of the image's tags that was compared with Immich last"),
    Column("model_version", Integer, comment="of the image at that time"),
    timestamp("compared_at", comment="updated_at when Immich's tags were read last"),
    Column("is_due", Boolean, nullable=False, server_default=text("false"), comment="to compare"),
    Column(
        "is_rewritten",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="all of its tags were lost once, and written again",
    ),
    Column(
        "noting",
        JSONB(none_as_null=True),
        comment="corrections that are being sent, noted before sending",
    ),
    timestamp("noted_at"),
    Column("problem", Text, comment="why it cannot be sent"),
    timestamp("gone_at", comment="when it was found to be deleted in Immich"),
    Index("immich_assets_image_idx", "image_id"),
    Index("immich_assets_unsent_idx", "connection", postgresql_where=text("sent_at IS NULL")),
)
