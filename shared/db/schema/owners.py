"""Settings of an owner."""

from sqlalchemy import Column, Table, Text

from shared.db.schema.base import metadata, now, timestamp

untrained_owners = Table(
    "untrained_owners",
    metadata,
    Column("owner", Text, primary_key=True),
    timestamp("created_at", nullable=False, server_default=now),
    comment="owners whose images no fine-tune looks at",
)
