"""Tables for search: one derived from other tables by triggers, and codes of embeddings."""

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIT, UUID

from shared.db.schema.base import metadata

# Backups omit tables that the database derives from others.
DERIVED = "derived"

image_search = Table(
    "image_search",
    metadata,
    Column("image_id", ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
    Column("owner", Text, nullable=False),
    Column(
        "terms",
        ARRAY(Integer),
        nullable=False,
        comment="ids of the shown tags, and the negative of an id where people said so",
    ),
    Column(
        "confidence_bands",
        Integer,
        nullable=False,
        comment="bit n: the model shows a tag with a confidence in the nth band of 0.05",
    ),
    Index("image_search_owner_idx", "owner", "image_id"),
    # Every search reads the pending list, so it is kept short.
    Index(
        "image_search_terms_idx",
        "terms",
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 256},
    ),
    Index("image_search_people_idx", "image_id", postgresql_where=text("terms[1] < 0")),
    comment="made by triggers from image_tags and decisions; images that had a tag at some time",
    info={DERIVED: True},
    # A re-tagged image whose tags do not change keeps its row.
    postgresql_with={"fillfactor": 80},
)

codes = Table(
    "codes",
    metadata,
    Column("image_id", UUID, primary_key=True),
    Column("backbone_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("owner", Text, nullable=False),
    Column("code", BIT(varying=True), nullable=False),
    ForeignKeyConstraint(
        ["image_id", "backbone_id"],
        ["embeddings.image_id", "embeddings.backbone_id"],
        name="codes_embedding_fkey",
        ondelete="CASCADE",
    ),
    Index("codes_owner_idx", "owner"),
    comment="one bit for each dimension of an embedding, to find similar embeddings quickly",
)

code_backfill = Table(
    "code_backfill",
    metadata,
    Column("position", UUID, primary_key=True, comment="the last image that was looked at"),
    comment="one row while embeddings of an earlier version lack their codes, otherwise none",
)
