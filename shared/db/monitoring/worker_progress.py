"""Queries about the workers that run, and whether they make progress."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, text

FORGET_HOURS = 24
# A worker is seen every few seconds; one that ended is listed for this long.
SEEN_SECONDS = 30


def note_progress(connection: Connection, worker: str) -> None:
    """Note that a worker has ended a batch just now."""
    connection.execute(
        text("""
            INSERT INTO worker_progress (worker, ended_at) VALUES (:worker, now())
            ON CONFLICT (worker) DO UPDATE SET ended_at = excluded.ended_at
        """),
        {"worker": worker},
    )


def note_presence(connection: Connection, worker: str, images: int) -> None:
    """Note that a worker runs, and forget workers that have not been seen for a day.

    images: how many it holds.
    """
    connection.execute(
        text("""
            INSERT INTO worker_progress (worker, seen_at, images) VALUES (:worker, now(), :images)
            ON CONFLICT (worker)
            DO UPDATE SET seen_at = excluded.seen_at, images = excluded.images
        """),
        {"worker": worker, "images": images},
    )
    connection.execute(
        text("""
            DELETE FROM worker_progress
            WHERE greatest(ended_at, seen_at) < now() - make_interval(hours => :hours)
        """),
        {"hours": FORGET_HOURS},
    )


def list_workers(connection: Connection) -> Sequence[RowMapping]:
    """Return the workers that run: name, seen_seconds (ago) and busy (images that each holds)."""
    query = text("""
        SELECT worker AS name, images AS busy,
               extract(epoch FROM clock_timestamp() - seen_at)::float8 AS seen_seconds
        FROM worker_progress
        WHERE seen_at > now() - make_interval(secs => :seconds)
        ORDER BY worker
    """)
    return connection.execute(query, {"seconds": SEEN_SECONDS}).mappings().all()


def is_any_progress(connection: Connection, within_seconds: float) -> bool:
    """Return whether any worker has ended a batch within so many seconds."""
    query = text("""
        SELECT EXISTS (
            SELECT FROM worker_progress
            WHERE ended_at > now() - make_interval(secs => :seconds)
        )
    """)
    return bool(connection.scalar(query, {"seconds": within_seconds}))
