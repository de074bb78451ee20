"""Queries for `tagloop doctor`."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, text

from shared.model.names.text import normalise


@dataclass(frozen=True)
class Stuck:
    """The numbers of queued images that no worker or sweeper handles.

    abandoned: their worker's lease ran out, and no other worker took them over.
    unannounced: stored images that the sweeper has not announced as often as it should.
    exhausted: images without attempts left that were not marked as failed.
    """

    abandoned: int
    unannounced: int
    exhausted: int


def seconds_since_last_tagged(connection: Connection) -> float | None:
    """Return for how long no image was tagged; None if none ever was."""
    query = text("SELECT extract(epoch FROM now() - max(tagged_at))::float8 FROM images")
    return connection.scalar(query)


def count_stuck(connection: Connection, older_than_seconds: float, max_attempts: int) -> Stuck:
    """Count images that were left alone for longer than the sweeper leaves any."""
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
    """A fine-tune run that used up its attempts. reason: why the last attempt failed."""

    id: int
    reason: str


def find_failed_run(connection: Connection) -> FailedRun | None:
    """Return the last run that ended, if it failed."""
    row = connection.execute(
        text("""
            SELECT id, status, reason FROM finetune_runs
            WHERE finished_at IS NOT NULL ORDER BY finished_at DESC LIMIT 1
        """)
    ).first()
    return FailedRun(row.id, row.reason) if row is not None and row.status == "failed" else None


def seconds_of_oldest_correction(connection: Connection) -> float:
    """Return for how long the oldest untaken correction has waited; 0 without one."""
    query = text("""
        SELECT extract(epoch FROM now() - min(created_at))::float8
        FROM corrections WHERE run_id IS NULL
    """)
    return float(connection.scalar(query) or 0)


@dataclass(frozen=True)
class OverdueDeletions:
    """Files that should be gone. error: the storage's last answer about one of them, if any."""

    files: int
    error: str | None


def find_overdue_deletions(
    connection: Connection, min_attempts: int, min_seconds: float
) -> OverdueDeletions | None:
    """Return files that the storage refused this often, or that have been due for this long.

    None if there are none.
    """
    row = connection.execute(
        text("""
            SELECT count(*) AS files, max(error) AS error FROM file_deletions
            WHERE attempts >= :attempts OR due_at < now() - make_interval(secs => :seconds)
        """),
        {"attempts": min_attempts, "seconds": min_seconds},
    ).one()
    return OverdueDeletions(row.files, row.error) if row.files else None


def find_names_without_tag(connection: Connection, names: Iterable[str]) -> list[str]:
    """Return the names that are no tag's slug, name or alias."""
    given = {normalise(name): name for name in names}
    query = text("""
        SELECT wanted
        FROM unnest(cast(:names AS text[])) AS given (wanted)
        WHERE NOT EXISTS (SELECT FROM tags
                          WHERE wanted IN (translate(slug, '_-', '  '),
                                           translate(lower(name), '_-', '  ')))
          AND NOT EXISTS (SELECT FROM tag_aliases
                          WHERE wanted = translate(lower(alias), '_-', '  '))
        ORDER BY wanted
    """)
    return [given[name] for name in connection.scalars(query, {"names": list(given)})]
