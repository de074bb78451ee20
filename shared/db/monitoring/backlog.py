"""Queries about waiting images: how many, for how long, and whether workers make progress."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, text

from shared.db.monitoring.worker_progress import is_any_progress

# A healthy worker looks at announced images within this time.
STALLED_SECONDS = 12.0


def count_waiting(connection: Connection) -> Sequence[RowMapping]:
    """Count the waiting images of each queue in one pass.

    images; held: of these, by a worker; expired: held by a worker whose lease ran out;
    oldest_seconds: for how long the oldest has waited.
    """
    return (
        connection.execute(
            text("""
                SELECT queue, count(*) AS images,
                       count(*) FILTER (WHERE lease_until > now()) AS held,
                       count(*) FILTER (WHERE lease_until <= now() AND claim IS NOT NULL)
                           AS expired,
                       extract(epoch FROM now() - min(created_at))::float8 AS oldest_seconds
                FROM images WHERE status = 'queued' GROUP BY queue
            """)
        )
        .mappings()
        .all()
    )


def is_backlog_over(connection: Connection, limit: int) -> bool:
    """Return whether at least this many images wait."""
    query = text("SELECT 1 FROM images WHERE status = 'queued' OFFSET :limit LIMIT 1")
    return connection.execute(query, {"limit": limit - 1}).first() is not None


def is_any_waiting(connection: Connection) -> bool:
    """Return whether any image waits to be tagged."""
    query = text("SELECT EXISTS (SELECT FROM images WHERE status = 'queued')")
    return bool(connection.scalar(query))


def is_stalled(connection: Connection) -> bool:
    """Return whether images have been waiting for a while and no worker does anything about it.

    Progress counts: between two batches a busy worker holds no image. A worker that works on one
    long batch ends none, but holds its images. A worker also sweeps, and announces what waits for
    its next attempt again, so fresh announcements are no sign of a stall.
    """
    oldest = text("""
        SELECT announced_at < now() - make_interval(secs => :seconds) FROM images
        WHERE status = 'queued' ORDER BY announced_at LIMIT 1
    """)
    # Asked one after the other: the last query may have to look at every waiting image.
    if not connection.scalar(oldest, {"seconds": STALLED_SECONDS}):
        return False
    if is_any_progress(connection, STALLED_SECONDS):
        return False
    held = text(
        "SELECT EXISTS (SELECT FROM images WHERE status = 'queued' AND lease_until > now())"
    )
    return not connection.scalar(held)
