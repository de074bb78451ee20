"""Queries about backbones and versions of the head."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, text

from shared.db.schema import backbones, models

# The lock of making the first version; any number that no other lock uses.
FIRST_MODEL_LOCK = 7_460_512


@dataclass(frozen=True)
class LiveModel:
    """The version that tags pictures now."""

    version: int
    backbone_id: int
    backbone: str
    blob: str


def lock_first_model(connection: Connection) -> None:
    """Wait until no other process makes the first version; held until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": FIRST_MODEL_LOCK})


def find_live_model(connection: Connection) -> LiveModel | None:
    """Return the live version, or None before the first worker has run."""
    row = connection.execute(
        select(models.c.version, models.c.backbone_id, backbones.c.name, models.c.blob)
        .join(backbones)
        .where(models.c.status == "live")
    ).first()
    return row and LiveModel(row.version, row.backbone_id, row.name, row.blob)


def seconds_since_promotion(connection: Connection) -> float:
    """Return for how many seconds the live version has been live."""
    query = text("""
        SELECT extract(epoch FROM now() - promoted_at)::float8 FROM models WHERE status = 'live'
    """)
    return float(connection.scalar(query) or 0)


def insert_live_model(
    connection: Connection,
    backbone: str,
    dimensions: int,
    blob: str,
    metrics: Mapping[str, Any] | None = None,
) -> LiveModel:
    """Insert a backbone and its first head, which is live at once."""
    backbone_id = connection.execute(
        insert(backbones).values(name=backbone, dimensions=dimensions).returning(backbones.c.id)
    ).scalar_one()
    version = connection.execute(
        insert(models)
        .values(
            backbone_id=backbone_id,
            status="live",
            blob=blob,
            metrics=dict(metrics or {}),
            promoted_at=text("now()"),
        )
        .returning(models.c.version)
    ).scalar_one()
    return LiveModel(version, backbone_id, backbone, blob)


def has_words_version(connection: Connection, metric: str, digest: str) -> bool:
    """Whether any version was made from a words file with this digest."""
    query = select(models.c.version).where(models.c.metrics[metric].astext == digest)
    return connection.execute(query.limit(1)).first() is not None


def list_models(connection: Connection) -> Sequence[RowMapping]:
    """Return every version, newest first."""
    return (
        connection.execute(
            select(
                models.c.version,
                backbones.c.name.label("backbone"),
                models.c.status,
                models.c.parent,
                models.c.reason,
                models.c.metrics,
                models.c.created_at,
                models.c.promoted_at,
                models.c.thinned_at,
            )
            .join(backbones)
            .order_by(models.c.version.desc())
        )
        .mappings()
        .all()
    )
