"""Codes for embeddings that an earlier version stored without them."""

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from sqlalchemy import Connection, text

from shared.db.models.stored_embeddings import read_embeddings_of
from shared.db.search.likeness.codes import store_codes

BEFORE_ALL = UUID(int=0)


def fill_in_codes(connection: Connection, limit: int) -> int:
    """Write the codes of the next embeddings that lack one; return how many were written.

    0: every embedding has its code, or another process is filling them in.
    """
    position = connection.scalar(text("SELECT position FROM code_backfill FOR UPDATE SKIP LOCKED"))
    if position is None:
        return 0
    rows = _next_without_code(connection, position, limit)
    if not rows and position != BEFORE_ALL:
        # A worker of the earlier version may have stored some since this began.
        rows = _next_without_code(connection, BEFORE_ALL, limit)
    if not rows:
        connection.execute(text("DELETE FROM code_backfill"))
        return 0
    # Embeddings of different networks may differ in length.
    for backbone_id, group in groupby(sorted(rows), key=lambda row: row[0]):
        wanted = [image_id for _, image_id in group]
        ids, embeddings = read_embeddings_of(connection, wanted, backbone_id)
        store_codes(connection, ids, embeddings, backbone_id)
    last = max(image_id for _, image_id in rows)
    connection.execute(text("UPDATE code_backfill SET position = :last"), {"last": last})
    return len(rows)


def _next_without_code(
    connection: Connection, position: UUID, limit: int
) -> Sequence[tuple[int, UUID]]:
    """Return network and image of the next embeddings without a code, and lock them."""
    rows = connection.execute(
        text("""
            SELECT backbone_id, image_id FROM embeddings
            WHERE image_id > :position AND NOT EXISTS (
                SELECT FROM codes
                WHERE codes.image_id = embeddings.image_id
                  AND codes.backbone_id = embeddings.backbone_id
            )
            ORDER BY image_id LIMIT :limit
            FOR KEY SHARE SKIP LOCKED
        """),
        {"position": position, "limit": limit},
    )
    return [(row.backbone_id, row.image_id) for row in rows]
