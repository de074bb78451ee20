"""State that workers report."""

from sqlalchemy import Column, Table, Text

from shared.db.schema.base import metadata, now, timestamp

worker_progress = Table(
    "worker_progress",
    metadata,
    Column("worker", Text, primary_key=True, comment="its host and process"),
    timestamp("ended_at", nullable=False, server_default=now),
    comment="when each worker last ended a batch, give or take two seconds",
)
