"""The vocabulary: the network's words, and those that people made."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    func,
)

from shared.db.schema.base import metadata

tags = Table(
    "tags",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("definition", Text, nullable=False, server_default=""),
    Column("wordnet_id", Text, unique=True),
    CheckConstraint("kind IN ('wordnet', 'custom')", name="kind"),
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
