"""Files to delete from the storage, and images to delete with theirs."""

from sqlalchemy import Column, ForeignKey, Index, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from shared.db.schema.base import metadata, now, timestamp

file_deletions = Table(
    "file_deletions",
    metadata,
    Column("key", Text, primary_key=True, comment="where the file lies in the storage"),
    timestamp("due_at", nullable=False, server_default=now),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("error", Text, comment="why the storage refused the last attempt"),
    Index("file_deletions_due_idx", "due_at"),
    comment="noted in the transaction that makes a file useless, removed once it is gone",
)

transient_images = Table(
    "transient_images",
    metadata,
    Column("image_id", UUID, ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
    timestamp("due_at", nullable=False, comment="when the sweeper deletes it at the latest"),
    Index("transient_images_due_idx", "due_at"),
    comment="deleted once they are answered; an upload of the same bytes removes the mark",
)
