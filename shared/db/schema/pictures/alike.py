"""Codes and fingerprints of pictures, and the stacks of near-duplicates."""

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import BIT, UUID

from shared.db.schema.base import metadata

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

fingerprints = Table(
    "fingerprints",
    metadata,
    Column("image_id", ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
    Column("owner", Text, nullable=False),
    Column("difference_hash", BigInteger, nullable=False, comment="dHash, 64 bits"),
    Column(
        "miniature",
        HALFVEC,
        nullable=False,
        comment="16 x 16 grey values less their mean: the cosine of two is their correlation",
    ),
    Column("taken_at", DateTime, comment="EXIF time, on the camera's clock"),
    # Of two hashes that differ in four bits at most, one of three parts differs in one at most.
    Index("fingerprints_high_idx", text("((difference_hash >> 43) & 2097151::bigint)")),
    Index("fingerprints_middle_idx", text("((difference_hash >> 22) & 2097151::bigint)")),
    Index("fingerprints_low_idx", text("(difference_hash & 4194303::bigint)")),
    Index(
        "fingerprints_taken_at_idx",
        "owner",
        "taken_at",
        postgresql_where=text("taken_at IS NOT NULL"),
    ),
    comment="what near-duplicates are recognised by; a sweep adds those of an earlier version's "
    "images",
)

fingerprint_backfill = Table(
    "fingerprint_backfill",
    metadata,
    Column("position", UUID, primary_key=True, comment="the last image that was looked at"),
    comment="one row while images of an earlier version lack their fingerprints, otherwise none",
)

unstacked = Table(
    "unstacked",
    metadata,
    Column("image_id", ForeignKey("fingerprints.image_id", ondelete="CASCADE"), primary_key=True),
    comment="images whose near-duplicates are still to be looked for",
)

stack_members = Table(
    "stack_members",
    metadata,
    Column("image_id", ForeignKey("fingerprints.image_id", ondelete="CASCADE"), primary_key=True),
    Column("stack_id", UUID, nullable=False),
    Column(
        "is_burst",
        Boolean,
        nullable=False,
        comment="whether it resembles some of the stack only as one of a burst",
    ),
    Index("stack_members_stack_id_idx", "stack_id"),
    comment="near-duplicates: each image of a stack is one of every other; a stack may have one "
    "left",
)
