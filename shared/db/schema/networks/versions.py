"""Backbones and versions of the head."""

from sqlalchemy import (
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
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.schema.base import metadata, now, timestamp

backbones = Table(
    "backbones",
    metadata,
    Column("id", SmallInteger, Identity(), primary_key=True),
    Column("name", Text, nullable=False, unique=True, comment="what TAGLOOP_BACKBONE calls it"),
    Column("dimensions", Integer, nullable=False, comment="length of its embeddings"),
    Column("weights", Text, comment="file of its weights; null: a package or the hub has them"),
    Column(
        "vocabulary",
        ForeignKey("vocabularies.digest"),
        comment="its words; null: those of ImageNet, which come with the program",
    ),
    Column("precision", Text, comment="of its embeddings; null until the first worker has chosen"),
    Column("precision_reason", Text, comment="why that precision, for people"),
    CheckConstraint("precision IN ('float', 'int8')", name="precision"),
)

models = Table(
    "models",
    metadata,
    Column("version", Integer, Identity(), primary_key=True),
    Column("backbone_id", ForeignKey("backbones.id"), nullable=False),
    Column("status", Text, nullable=False),
    Column("blob", Text, nullable=False, comment="storage key of the head's weights"),
    Column("metrics", JSONB, nullable=False, server_default=text("'{}'")),
    Column("parent", ForeignKey("models.version"), comment="the version that it was made from"),
    Column("reason", Text, comment="why it was promoted or rejected, for people"),
    timestamp("created_at", nullable=False, server_default=now),
    timestamp("promoted_at"),
    timestamp("thinned_at", comment="since when its file is gone, to save space"),
    CheckConstraint("status IN ('candidate', 'live', 'retired', 'rejected')", name="status"),
    Index("models_live_idx", "status", unique=True, postgresql_where=text("status = 'live'")),
    comment="versions of the head; at most one is live",
)
