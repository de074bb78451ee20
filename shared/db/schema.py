"""The tables. The migrations in `shared/db/migrations` make the same schema; a test proves it."""

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, REAL, UUID

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_name)s_key",
        "ix": "%(table_name)s_%(column_0_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

_now = func.now()


def _timestamp(name: str, **options: object) -> Column:
    return Column(name, DateTime(timezone=True), **options)  # type: ignore[arg-type]


backbones = Table(
    "backbones",
    metadata,
    Column("id", SmallInteger, Identity(), primary_key=True),
    Column("name", Text, nullable=False, unique=True, comment="timm name of the network"),
    Column("dimensions", Integer, nullable=False, comment="length of its embeddings"),
)

models = Table(
    "models",
    metadata,
    Column("version", Integer, Identity(), primary_key=True),
    Column("backbone_id", ForeignKey("backbones.id"), nullable=False),
    Column("status", Text, nullable=False),
    Column("blob", Text, nullable=False, comment="storage key of the head's weights"),
    Column("metrics", JSONB, nullable=False, server_default=text("'{}'")),
    _timestamp("created_at", nullable=False, server_default=_now),
    _timestamp("promoted_at"),
    CheckConstraint("status IN ('candidate', 'live', 'retired', 'rejected')", name="status"),
    Index("models_live_idx", "status", unique=True, postgresql_where=text("status = 'live'")),
    comment="versions of the head; at most one is live",
)

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
    Column("callback_url", Text),
    Column("format", Text),
    Column("width", Integer, comment="pixels, after the EXIF orientation is applied"),
    Column("height", Integer),
    Column("orientation", SmallInteger, comment="EXIF orientation of the stored file, 1 to 8"),
    Column("bytes", BigInteger),
    Column("queue", Text, nullable=False, comment="Celery queue it waits in"),
    _timestamp("created_at", nullable=False, server_default=_now),
    _timestamp("announced_at", nullable=False, server_default=_now),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("claim", UUID, comment="the claim that holds the lease"),
    _timestamp("lease_until"),
    _timestamp("tagged_at"),
    Column("model_version", ForeignKey("models.version")),
    Column("error", Text, comment="why it failed, for people"),
    Column(
        "same_as",
        ForeignKey("images.id", ondelete="CASCADE"),
        comment="the image of the same owner and bytes, found after this one was fetched",
    ),
    CheckConstraint("status IN ('queued', 'tagged', 'failed')", name="status"),
    UniqueConstraint("owner", "sha256", name="images_owner_sha256_key"),
    Index("images_waiting_idx", "announced_at", postgresql_where=text("status = 'queued'")),
    Index("images_owner_idx", "owner", "id"),
    Index("images_failed_idx", "id", postgresql_where=text("status = 'failed'")),
    Index("images_same_as_idx", "same_as", postgresql_where=text("same_as IS NOT NULL")),
)

embeddings = Table(
    "embeddings",
    metadata,
    Column("image_id", ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
    Column("backbone_id", ForeignKey("backbones.id"), nullable=False),
    Column("embedding", HALFVEC, nullable=False),
)

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

image_tags = Table(
    "image_tags",
    metadata,
    Column("image_id", ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
    Column("confidence", REAL, nullable=False),
    Index("image_tags_tag_idx", "tag_id", "image_id"),
    comment="what the model shows; what people said will stand in a table of its own",
)
