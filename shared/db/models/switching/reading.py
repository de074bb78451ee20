"""Queries that describe switches and stored networks to people."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, text

from shared.db.models.switching.storing import AVERAGE_SECONDS

# The speed of late, less where nothing was embedded for a while, and the time that the rest takes.
_DESCRIBED = """
    SELECT backbone_switches.id, backbone_switches.status, backbone_switches.name AS backbone,
           former.name AS from_backbone, gated, stage, progress, greatest(total, done) AS total,
           done, version, problem, reason, backbone_switches.created_at, started_at,
           promoted_at, advanced_at, finished_at, speed AS images_per_second,
           CASE WHEN status = 'embedding' AND speed > 0.001
                THEN greatest(total - done, 0) / speed END AS seconds_left,
           (SELECT count(*) FROM switch_skipped
            WHERE switch_id = backbone_switches.id) AS skipped
    FROM backbone_switches
    JOIN backbones AS former ON former.id = from_backbone_id
    CROSS JOIN LATERAL (
        SELECT images_per_second * exp(-least(100, greatest(0,
            extract(epoch FROM now() - advanced_at)::float8 / :average - 0.5
        ))) AS speed
    ) AS of_late
"""


def find_last_switch(connection: Connection) -> RowMapping | None:
    """Return the newest switch with its progress, speed and the time left.

    skipped: the number of images that cannot be embedded. seconds_left: null where unknown.
    """
    query = text(f"{_DESCRIBED} ORDER BY backbone_switches.id DESC LIMIT 1")
    return connection.execute(query, {"average": AVERAGE_SECONDS}).mappings().first()


def list_skipped(connection: Connection, switch_id: int, limit: int) -> Sequence[RowMapping]:
    """Return images that a switch skipped, with the reasons: id, filename, reason."""
    query = text("""
        SELECT images.id, images.filename, switch_skipped.reason
        FROM switch_skipped JOIN images ON images.id = image_id
        WHERE switch_id = :switch_id ORDER BY images.id LIMIT :limit
    """)
    return connection.execute(query, {"switch_id": switch_id, "limit": limit}).mappings().all()


def list_networks(connection: Connection) -> Sequence[RowMapping]:
    """Return every network that has made embeddings, the live one first.

    name, dimensions, weights, is_live, version: the last of its versions that was live; embeddings:
    how many are stored.
    """
    query = text("""
        SELECT backbones.name, dimensions, weights, live.version IS NOT NULL AS is_live,
               (SELECT version FROM models
                WHERE backbone_id = backbones.id AND promoted_at IS NOT NULL
                ORDER BY promoted_at DESC LIMIT 1) AS version,
               (SELECT count(*) FROM embeddings
                WHERE backbone_id = backbones.id) AS embeddings
        FROM backbones
        LEFT JOIN models AS live ON live.backbone_id = backbones.id AND live.status = 'live'
        ORDER BY is_live DESC, backbones.id
    """)
    return connection.execute(query).mappings().all()
