"""State that workers report."""

from sqlalchemy import Column, Integer, Table, Text

from shared.db.schema.base import metadata, timestamp

worker_progress = Table(
    "worker_progress",
    metadata,
    Column("worker", Text, primary_key=True, comment="its host and process"),
    timestamp("ended_at"),
    timestamp("seen_at"),
    Column("images", Integer, nullable=False, server_default="0", comment="held at `seen_at`"),
    comment="when each worker last ended a batch, give or take two seconds, and was last seen",
)
