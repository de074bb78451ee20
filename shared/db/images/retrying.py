"""Queries that retry failed images."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from shared.db.owners.access import Access
from shared.observability.logs import current_request_id


def queue_failed(
    connection: Connection,
    access: Access,
    *,
    ids: Sequence[UUID] | None = None,
    error: str | None = None,
    after: UUID | None = None,
    limit: int,
) -> Sequence[RowMapping]:
    """Queue failed images again with a full number of attempts; return id, queue and is_stored.

    ids, error: only these images, or those that failed for this reason. is_stored: False if the
    file has to be fetched first. after: only images with a greater id, for the next call if this
    one returns `limit` images.
    """
    return (
        connection.execute(
            text("""
                UPDATE images
                SET status = 'queued', attempts = 0, error = NULL, claim = NULL,
                    lease_until = NULL, announced_at = now(), request_id = :request_id
                WHERE id IN (
                    SELECT id FROM images
                    WHERE status = 'failed'
                      AND (CAST(:owner AS text) IS NULL OR owner = :owner)
                      AND (CAST(:ids AS uuid[]) IS NULL OR id = ANY(:ids))
                      AND (CAST(:after AS uuid) IS NULL OR id > :after)
                      AND (CAST(:error AS text) IS NULL OR error = :error)
                    ORDER BY id LIMIT :limit
                    FOR NO KEY UPDATE SKIP LOCKED
                )
                RETURNING id, queue, sha256 IS NOT NULL AS is_stored
            """),
            {
                "owner": access.owner,
                "ids": None if ids is None else list(ids),
                "error": error,
                "after": after,
                "limit": limit,
                "request_id": current_request_id(),
            },
        )
        .mappings()
        .all()
    )


def count_failures(connection: Connection, access: Access, limit: int) -> Sequence[RowMapping]:
    """Return the reasons of failed images, most frequent first: error, images, example (an id)."""
    return (
        connection.execute(
            text("""
                SELECT error, count(*) AS images, max(id::text) AS example
                FROM images
                WHERE status = 'failed' AND (CAST(:owner AS text) IS NULL OR owner = :owner)
                GROUP BY error ORDER BY count(*) DESC, error LIMIT :limit
            """),
            {"owner": access.owner, "limit": limit},
        )
        .mappings()
        .all()
    )
