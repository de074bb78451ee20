"""Tables for search, derived from other tables by triggers."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

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
