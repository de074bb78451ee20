"""Which images of an earlier version still need a fingerprint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from shared.db.search.likeness.fingerprints import store_fingerprints
from shared.pictures.fingerprint import Fingerprint


@dataclass(frozen=True)
class BarePicture:
    """A stored picture without a fingerprint."""

    id: UUID
    format: str
    orientation: int


def find_next_bare(connection: Connection, limit: int) -> Sequence[BarePicture]:
    """Return the next tagged images without a fingerprint; where there are none, note the end.

    Only one process may do this at a time.
    """
    position = connection.scalar(text("SELECT position FROM fingerprint_backfill"))
    if position is None:
        return []
    rows = connection.execute(
        text("""
            SELECT id, format, orientation FROM images
            WHERE id > :position AND status = 'tagged' AND same_as IS NULL
              AND NOT EXISTS (SELECT FROM fingerprints WHERE image_id = images.id)
            ORDER BY id LIMIT :limit
        """),
        {"position": position, "limit": limit},
    ).all()
    if not rows:
        connection.execute(text("DELETE FROM fingerprint_backfill"))
    return [BarePicture(row.id, row.format, row.orientation) for row in rows]


def store_taken(
    connection: Connection, fingerprints: Mapping[UUID, Fingerprint], position: UUID
) -> None:
    """Write fingerprints; position: the last image that was looked at, even if without success."""
    # An image that is being deleted must not disappear between here and its fingerprint.
    rows = connection.execute(
        text("""
            SELECT id, owner FROM images WHERE id = ANY(CAST(:ids AS uuid[]))
            ORDER BY id FOR KEY SHARE
        """),
        {"ids": list(fingerprints)},
    )
    owners = {row.id: row.owner for row in rows}
    there = {image_id: made for image_id, made in fingerprints.items() if image_id in owners}
    store_fingerprints(connection, there, owners)
    connection.execute(
        text("UPDATE fingerprint_backfill SET position = :position"), {"position": position}
    )
