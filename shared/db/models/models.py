"""Queries about backbones and versions of the head."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, text, update

from shared.db.schema import backbones, models
from shared.errors import ConfigError

# The lock of making the first version; any number that no other lock uses.
FIRST_MODEL_LOCK = 7_460_512


@dataclass(frozen=True)
class LiveModel:
    """The version that tags pictures now.

    weights: file with the weights of its network; None: a package or the hub has them.
    """

    version: int
    backbone_id: int
    backbone: str
    blob: str
    weights: str | None = None


def lock_first_model(connection: Connection) -> None:
    """Wait until no other process makes the first version; held until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": FIRST_MODEL_LOCK})


def find_live_model(connection: Connection) -> LiveModel | None:
    """Return the live version, or None before the first worker has run."""
    row = connection.execute(
        select(
            models.c.version,
            models.c.backbone_id,
            backbones.c.name,
            models.c.blob,
            backbones.c.weights,
        )
        .join(backbones)
        .where(models.c.status == "live")
    ).first()
    return row and LiveModel(*row)


def seconds_since_promotion(connection: Connection) -> float:
    """Return for how many seconds the live version has been live."""
    query = text("""
        SELECT extract(epoch FROM now() - promoted_at)::float8 FROM models WHERE status = 'live'
    """)
    return float(connection.scalar(query) or 0)


def insert_backbone(
    connection: Connection,
    name: str,
    dimensions: int,
    weights: str | None,
    vocabulary: str | None = None,
) -> int:
    """Insert a network, unless it is known; return its id.

    weights: the file that they come from. vocabulary: the digest of its words; None: ImageNet's.

    Raises:
        ConfigError: a network of this name with embeddings of another length, or with other words,
            is known.
    """
    known = connection.execute(
        select(backbones.c.id, backbones.c.dimensions, backbones.c.vocabulary).where(
            backbones.c.name == name
        )
    ).first()
    if known is None:
        statement = insert(backbones).values(
            name=name, dimensions=dimensions, weights=weights, vocabulary=vocabulary
        )
        return connection.execute(statement.returning(backbones.c.id)).scalar_one()
    if known.dimensions != dimensions:
        raise ConfigError(
            f"The network {name} makes embeddings of {dimensions:,} numbers, but those stored "
            f"under its name have {known.dimensions:,}; its weights are others than before."
        )
    if known.vocabulary != vocabulary:
        raise ConfigError(
            f"The network {name} has other words now than those stored under its name; its "
            "weights, or the list of its words, are others than before."
        )
    return int(known.id)


def find_weights(connection: Connection, backbone_id: int) -> str | None:
    """Return the file of a network's weights; None if a package or the hub has them."""
    return connection.scalar(select(backbones.c.weights).where(backbones.c.id == backbone_id))


def insert_first_version(
    connection: Connection,
    backbone_id: int,
    blob: str,
    metrics: Mapping[str, Any],
    *,
    is_live: bool,
) -> int:
    """Insert the first version for a network; return its number.

    is_live: whether it tags pictures at once; otherwise it is a candidate.
    """
    statement = insert(models).values(
        backbone_id=backbone_id,
        status="live" if is_live else "candidate",
        blob=blob,
        metrics=dict(metrics),
        promoted_at=text("now()") if is_live else None,
    )
    return connection.execute(statement.returning(models.c.version)).scalar_one()


def find_precision(connection: Connection, backbone: str) -> str | None:
    """Return the precision of a backbone's embeddings, `float` or `int8`; None if not chosen."""
    query = select(backbones.c.precision).where(backbones.c.name == backbone)
    return connection.execute(query).scalar_one_or_none()


def find_precision_reason(connection: Connection, backbone: str) -> str | None:
    """Return why a backbone's embeddings have their precision."""
    query = select(backbones.c.precision_reason).where(backbones.c.name == backbone)
    return connection.execute(query).scalar_one_or_none()


def keep_precision(connection: Connection, backbone: str, precision: str, reason: str) -> None:
    """Set the precision of a backbone's embeddings, unless it is set."""
    connection.execute(
        update(backbones)
        .where(backbones.c.name == backbone, backbones.c.precision.is_(None))
        .values(precision=precision, precision_reason=reason)
    )


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
