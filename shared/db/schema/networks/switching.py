"""Changes of the network: their state, what workers hold of them, and what was left out."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import REAL, UUID

from shared.db.schema.base import metadata, now, timestamp

FIRST_ID = "00000000-0000-0000-0000-000000000000"

backbone_switches = Table(
    "backbone_switches",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name", Text, nullable=False, comment="name of the network that is to go live"),
    Column("weights", Text, comment="file of its weights; null: a package or the hub has them"),
    Column("backbone_id", ForeignKey("backbones.id"), comment="null until a worker has loaded it"),
    Column("from_backbone_id", ForeignKey("backbones.id"), nullable=False),
    Column("base_version", ForeignKey("models.version"), comment="the network's own head"),
    Column(
        "gated",
        Boolean,
        nullable=False,
        server_default=text("true"),
        comment="whether it goes live only if it is no worse on held-out corrections",
    ),
    Column("status", Text, nullable=False, server_default="preparing"),
    Column("attempts", SmallInteger, nullable=False, server_default="0", comment="of this step"),
    Column("position", UUID, nullable=False, server_default=FIRST_ID, comment="last image seen"),
    Column("found", BigInteger, nullable=False, server_default="0", comment="images in this round"),
    Column("total", BigInteger, comment="images to embed when it started"),
    Column("done", BigInteger, nullable=False, server_default="0", comment="images embedded"),
    Column("images_per_second", REAL, nullable=False, server_default="0", comment="of late"),
    timestamp("advanced_at", comment="when the last images were embedded"),
    Column("stage", Text, nullable=False, server_default="", comment="of learning"),
    Column("progress", REAL, nullable=False, server_default="0", comment="of learning, 0 to 1"),
    Column("version", ForeignKey("models.version"), comment="the version that went live or failed"),
    Column("problem", Text, comment="what holds it up, for people"),
    Column("reason", Text, comment="how it ended and why, for people"),
    timestamp("created_at", nullable=False, server_default=now),
    timestamp("started_at", comment="when the first image was to be embedded"),
    timestamp("promoted_at", comment="when the network went live"),
    timestamp("finished_at"),
    CheckConstraint(
        "status IN ('preparing', 'embedding', 'learning', 'finishing', 'done', 'failed', "
        "'aborted')",
        name="status",
    ),
    Index(
        "backbone_switches_open_idx",
        text("(finished_at IS NULL)"),
        unique=True,
        postgresql_where=text("finished_at IS NULL"),
    ),
    comment="changes of the network on a living system; at most one is not finished",
)

switch_chunks = Table(
    "switch_chunks",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("switch_id", ForeignKey("backbone_switches.id", ondelete="CASCADE"), nullable=False),
    Column("after", UUID, nullable=False, comment="the chunk begins behind this image"),
    Column("upto", UUID, nullable=False, comment="its last image"),
    Column("token", UUID, nullable=False, comment="of the worker that holds it"),
    Column("attempts", SmallInteger, nullable=False, server_default="1"),
    timestamp("lease_until", nullable=False),
    Index("switch_chunks_switch_idx", "switch_id", "id"),
    comment="images that workers embed now with the network that is to go live",
)

switch_skipped = Table(
    "switch_skipped",
    metadata,
    Column("switch_id", ForeignKey("backbone_switches.id", ondelete="CASCADE"), primary_key=True),
    Column("image_id", ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
    Column("reason", Text, nullable=False, comment="why it cannot be embedded, for people"),
    Index("switch_skipped_image_idx", "image_id"),
    comment="images without an embedding of the new network; they keep their tags",
)
