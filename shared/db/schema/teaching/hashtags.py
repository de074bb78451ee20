"""What uploaders' hashtags led to: new tags and synonyms, proposed, accepted or refused."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.schema.base import metadata, now, timestamp

hashtag_proposals = Table(
    "hashtag_proposals",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("word", Text, nullable=False, comment="the same for all spellings of a hashtag"),
    Column("name", Text, nullable=False, comment="for people"),
    Column("means", Text, nullable=False, server_default="", comment="of a synonym: the word"),
    Column("means_name", Text, nullable=False, server_default=""),
    Column("status", Text, nullable=False, server_default="proposed"),
    Column(
        "automatic",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="accepted without a person",
    ),
    Column("tag_id", ForeignKey("tags.id", ondelete="SET NULL"), comment="of an accepted tag"),
    Column("figures", JSONB, nullable=False, server_default=text("'{}'")),
    Column("decided_by", Integer, comment="number of the key"),
    timestamp("created_at", nullable=False, server_default=now),
    timestamp("decided_at"),
    CheckConstraint("kind IN ('tag', 'synonym')", name="kind"),
    CheckConstraint("status IN ('proposed', 'accepted', 'refused')", name="status"),
    Index("hashtag_proposals_word_idx", "kind", "word", "means", unique=True),
    Index("hashtag_proposals_tag_idx", "tag_id"),
    comment="a decision stays: what was refused is not proposed again",
)
