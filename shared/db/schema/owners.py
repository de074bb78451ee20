"""Owners: their settings, their keys, and the sessions of people who signed in with a key."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from shared.db.schema.base import metadata, now, timestamp

untrained_owners = Table(
    "untrained_owners",
    metadata,
    Column("owner", Text, primary_key=True),
    timestamp("created_at", nullable=False, server_default=now),
    comment="owners whose images no fine-tune looks at",
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True, comment="SHA-256 of the key"),
    Column("hint", Text, nullable=False, comment="how the key begins, to recognise it by"),
    Column("name", Text, nullable=False, server_default="", comment="what it is for"),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("owner", Text, comment="only their images; null: everybody's"),
    Column("requests_per_minute", Integer, comment="null: as the settings say"),
    Column("bytes_per_minute", BigInteger, comment="null: as the settings say"),
    timestamp("created_at", nullable=False, server_default=now),
    timestamp("last_used_at", comment="to the minute"),
    timestamp("revoked_at", comment="since when it opens nothing"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True, comment="SHA-256 of the cookie"),
    Column(
        "key_id",
        ForeignKey("api_keys.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
        comment="the key that was used to sign in; the session ends with it",
    ),
    timestamp("created_at", nullable=False, server_default=now),
    timestamp("expires_at", nullable=False),
    comment="signing out deletes the row",
)
