"""Whether workers make progress, as queries."""

from sqlalchemy import Connection, text

FORGET_HOURS = 24


def note_progress(connection: Connection, worker: str) -> None:
    """Note that a worker has ended a batch just now, and forget workers of days gone by."""
    connection.execute(
        text("""
            INSERT INTO worker_progress (worker) VALUES (:worker)
            ON CONFLICT (worker) DO UPDATE SET ended_at = now()
        """),
        {"worker": worker},
    )
    connection.execute(
        text("DELETE FROM worker_progress WHERE ended_at < now() - make_interval(hours => :hours)"),
        {"hours": FORGET_HOURS},
    )


def is_any_progress(connection: Connection, within_seconds: float) -> bool:
    """Return whether any worker has ended a batch within so many seconds."""
    query = text("""
        SELECT EXISTS (
            SELECT FROM worker_progress
            WHERE ended_at > now() - make_interval(secs => :seconds)
        )
    """)
    return bool(connection.scalar(query, {"seconds": within_seconds}))
