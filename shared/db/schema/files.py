"""Files to delete from the storage."""

from sqlalchemy import Column, Index, SmallInteger, Table, Text

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
