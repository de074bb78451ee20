"""What a doctor asks the database about images that may be stuck, as queries."""

from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Stuck:
    """How many queued images nobody looks after.

    abandoned: their worker's lease ran out, and nobody took them over.
    unannounced: they are stored, and the sweeper has not announced them as often as it should.
    exhausted: they have no attempt left, and nobody has declared them failed.
    """

    abandoned: int
    unannounced: int
    exhausted: int


def seconds_since_last_tagged(connection: Connection) -> float | None:
    """For how long no image was tagged; None where none ever was."""
    query = text("SELECT extract(epoch FROM now() - max(tagged_at))::float8 FROM images")
    return connection.scalar(query)


def count_stuck(connection: Connection, older_than_seconds: float, max_attempts: int) -> Stuck:
    """Count what has been left alone for longer than a sweeper ever leaves it."""
    row = connection.execute(
        text("""
            SELECT count(*) FILTER (WHERE lease_until < long_ago AND attempts < :max_attempts)
                       AS abandoned,
                   count(*) FILTER (WHERE lease_until IS NULL AND announced_at < long_ago
                                    AND sha256 IS NOT NULL) AS unannounced,
                   count(*) FILTER (WHERE lease_until < long_ago AND attempts >= :max_attempts)
                       AS exhausted
            FROM images, (SELECT now() - make_interval(secs => :seconds)) AS limits (long_ago)
            WHERE status = 'queued'
        """),
        {"seconds": older_than_seconds, "max_attempts": max_attempts},
    ).one()
    return Stuck(row.abandoned, row.unannounced, row.exhausted)


@dataclass(frozen=True)
class FailedRun:
    """A fine-tune run that used up its attempts. reason: why the last one failed."""

    id: int
    reason: str


def find_failed_run(connection: Connection) -> FailedRun | None:
    """The last run that has ended, if it failed."""
    row = connection.execute(
        text("""
            SELECT id, status, reason FROM finetune_runs
            WHERE finished_at IS NOT NULL ORDER BY finished_at DESC LIMIT 1
        """)
    ).first()
    return FailedRun(row.id, row.reason) if row is not None and row.status == "failed" else None


def seconds_of_oldest_correction(connection: Connection) -> float:
    """For how long the oldest correction that no run has taken waits; 0 where none does."""
    query = text("""
        SELECT extract(epoch FROM now() - min(created_at))::float8
        FROM corrections WHERE run_id IS NULL
    """)
    return float(connection.scalar(query) or 0)


@dataclass(frozen=True)
class OverdueDeletions:
    """Files that should be gone. error: what the storage said of one of them; None: nothing."""

    files: int
    error: str | None


def find_overdue_deletions(
    connection: Connection, min_attempts: int, min_seconds: float
) -> OverdueDeletions | None:
    """Find files that the storage refused so often, or that have been due for so long.

    Returns None where there are none.
    """
    row = connection.execute(
        text("""
            SELECT count(*) AS files, max(error) AS error FROM file_deletions
            WHERE attempts >= :attempts OR due_at < now() - make_interval(secs => :seconds)
        """),
        {"attempts": min_attempts, "seconds": min_seconds},
    ).one()
    return OverdueDeletions(row.files, row.error) if row.files else None
