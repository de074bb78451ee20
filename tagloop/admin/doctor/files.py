"""Check that files of deleted images are deleted from the storage."""

from sqlalchemy import Connection

from shared.db.monitoring.diagnosis import find_overdue_deletions
from tagloop.admin.doctor.finding import Finding, well, wrong

PART = "deleted files"
# Of the last hour and a half.
MIN_ATTEMPTS = 10
# The sweeper runs every ten seconds.
MAX_OVERDUE_SECONDS = 600.0


def check_deletions(connection: Connection) -> Finding:
    """Check whether files of deleted images are still in the storage."""
    overdue = find_overdue_deletions(connection, MIN_ATTEMPTS, MAX_OVERDUE_SECONDS)
    if overdue is None:
        return well(PART, "Deleted files are gone from the storage.")
    why = overdue.error or "nothing has swept them; see whether beat and a worker run"
    return wrong(
        PART,
        f"{overdue.files:,} deleted files are still in the storage: {why.rstrip('.')}. "
        "They are deleted automatically once that is fixed.",
    )
