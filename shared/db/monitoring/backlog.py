"""Queries about waiting images: how many, for how long, and whether workers make progress."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, text

# A worker that does its work needs no longer to look at what was announced.
STALLED_SECONDS = 12.0


def count_waiting(connection: Connection) -> Sequence[RowMapping]:
    """Return how many images each queue holds, and for how many seconds the oldest has waited."""
    return (
        connection.execute(
            text("""
                SELECT queue, count(*) AS images,
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
    """Whether images were announced a while ago and none is held by any worker.

    A worker that does its work also sweeps, and announces what waits for its next attempt again.
    """
    query = text("""
        SELECT EXISTS (
            SELECT FROM images
            WHERE status = 'queued' AND announced_at < now() - make_interval(secs => :seconds)
        ) AND NOT EXISTS (
            SELECT FROM images WHERE status = 'queued' AND lease_until > now()
        )
    """)
    return bool(connection.execute(query, {"seconds": STALLED_SECONDS}).scalar())
