"""Queries for the sweeper: lost messages and exhausted images."""

from uuid import UUID

from sqlalchemy import Connection, text

from shared.db.events.event_types import IMAGE_FAILED
from shared.db.events.events import report_images
from shared.db.images.notifications import notify_done


def give_up_exhausted(connection: Connection, max_attempts: int) -> list[UUID]:
    """Fail the images whose last attempt ended without an outcome."""
    ids = connection.scalars(
        text("""
            UPDATE images
            SET status = 'failed', claim = NULL, lease_until = NULL,
                error = format('Gave up after %s attempts. %s', attempts,
                               coalesce(error, 'Each ended with the worker.'))
            WHERE status = 'queued' AND attempts >= :max_attempts
              AND (lease_until IS NULL OR lease_until < now())
            RETURNING id
        """),
        {"max_attempts": max_attempts},
    ).all()
    if ids:
        report_images(connection, IMAGE_FAILED, ids)
        notify_done(connection, ids)
    return list(ids)


def find_unannounced(
    connection: Connection, older_than_seconds: float, limit: int
) -> dict[str, list[UUID]]:
    """Return the oldest waiting images whose message must be lost, by queue.

    They count as announced from now on, so that the next call finds others.
    """
    rows = connection.execute(
        text("""
            UPDATE images SET announced_at = now()
            WHERE id IN (
                SELECT id FROM images
                WHERE status = 'queued' AND sha256 IS NOT NULL
                  AND announced_at < now() - make_interval(secs => :older_than_seconds)
                  AND (lease_until IS NULL OR lease_until < now())
                ORDER BY announced_at LIMIT :limit
                FOR NO KEY UPDATE SKIP LOCKED
            )
            RETURNING id, queue
        """),
        {"older_than_seconds": older_than_seconds, "limit": limit},
    )
    by_queue: dict[str, list[UUID]] = {}
    for row in rows:
        by_queue.setdefault(row.queue, []).append(row.id)
    return by_queue
