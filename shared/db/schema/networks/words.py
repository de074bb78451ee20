"""The vocabulary: the networks' tags and custom tags."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.schema.base import metadata, now, timestamp

tags = Table(
    "tags",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column(
        "kind",
        Text,
        nullable=False,
        comment="wordnet: a word of the live network; dormant: of another one; custom: people's",
    ),
    Column("definition", Text, nullable=False, server_default=""),
    Column("wordnet_id", Text, unique=True),
    Column("owner", Text, comment="whose tag it is; null: everybody's"),
    Column("made_by", Integer, comment="number of the key that made it"),
    Column(
        "from_name",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="whether it was made from its name alone, by a network with text",
    ),
    timestamp("created_at", nullable=False, server_default=now),
    CheckConstraint("kind IN ('wordnet', 'custom', 'dormant')", name="kind"),
    CheckConstraint("kind = 'custom' OR owner IS NULL", name="kind_owner"),
    # Two owners may use one name for different things.
    Index("tags_shared_slug_idx", "slug", unique=True, postgresql_where=text("owner IS NULL")),
    Index(
        "tags_owner_slug_idx",
        "owner",
        "slug",
        unique=True,
        postgresql_where=text("owner IS NOT NULL"),
    ),
    Index("tags_slug_idx", "slug", postgresql_ops={"slug": "text_pattern_ops"}),
    Index("tags_name_idx", text("lower(name) text_pattern_ops")),
    Index("tags_made_idx", "made_by", "created_at"),
)

vocabularies = Table(
    "vocabularies",
    metadata,
    Column("digest", Text, primary_key=True, comment="SHA-256 of the content"),
    Column("content", LargeBinary, nullable=False, comment="its tags as JSON, by gzip"),
    comment="words of networks that do not have the shipped vocabulary; rows never change",
)

text_embeddings = Table(
    "text_embeddings",
    metadata,
    Column("backbone_id", ForeignKey("backbones.id"), primary_key=True),
    Column("words", Text, primary_key=True, comment="what was embedded"),
    Column(
        "as_name",
        Boolean,
        primary_key=True,
        comment="whether as a tag's name, in the sentences for the vocabulary",
    ),
    Column("embedding", LargeBinary, nullable=False, comment="float32, length 1"),
    timestamp("created_at", nullable=False, server_default=now),
    Index("text_embeddings_created_idx", "created_at"),
    comment="texts that people searched for, for 30 days",
)

tag_aliases = Table(
    "tag_aliases",
    metadata,
    Column("tag_id", ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True),
    Column("alias", Text, primary_key=True),
)
Index("tag_aliases_lower_idx", func.lower(tag_aliases.c.alias))

tag_parents = Table(
    "tag_parents",
    metadata,
    Column("tag_id", ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True),
    Column("parent_id", ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True),
    Index("tag_parents_parent_idx", "parent_id"),
)

custom_aliases = Table(
    "custom_aliases",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("owner", Text, comment="for whom it means the tag; null: everybody"),
    Column("slug", Text, nullable=False),
    Column("alias", Text, nullable=False, comment="as people wrote it"),
    Column("tag_id", ForeignKey("tags.id", ondelete="CASCADE"), nullable=False),
    Index(
        "custom_aliases_slug_idx",
        "slug",
        text("coalesce(owner, '')"),
        text("(owner IS NULL)"),
        unique=True,
    ),
    Index("custom_aliases_tag_idx", "tag_id"),
    comment="former names of tags that were renamed or merged",
)

tag_edits = Table(
    "tag_edits",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("action", Text, nullable=False),
    Column("tag_id", Integer, nullable=False, comment="of a tag that may be gone"),
    Column("owner", Text, comment="whose tag it was"),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("details", JSONB, nullable=False, server_default=text("'{}'")),
    Column("made_by", Integer, comment="number of the key"),
    timestamp("created_at", nullable=False, server_default=now),
    CheckConstraint("action IN ('rename', 'merge', 'publish', 'delete')", name="action"),
    comment="what was done to tags; a new row tells processes that names or owners changed",
)
