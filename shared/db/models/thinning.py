"""Delete the files of old versions of the head to save space; their rows stay."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from shared.db.connection.locks import Lock, wait_for_lock
from shared.db.images.file_deletions import note_deletions

# A version that was live for this long has proved itself: its file stays.
PROVED_SECONDS = 24 * 3600.0
# This long after it was replaced, no process still loads a version.
SETTLED_SECONDS = 60.0


def thin_versions(connection: Connection, kept: int) -> Sequence[int]:
    """Note the files of old versions for deletion; return the versions.

    These stay: the live version, the first one, versions that were live for a day, the `kept`
    versions that were live last, and the `kept` newest that never were. Nothing is deleted while a
    run is learning or images are re-tagged.
    """
    # No version is promoted meanwhile.
    wait_for_lock(connection, Lock.PROMOTIONS)
    rows = connection.execute(
        text("""
            UPDATE models SET thinned_at = now()
            FROM (
                SELECT version, promoted_at,
                       lead(promoted_at) OVER by_promotion AS replaced_at,
                       row_number() OVER (
                           PARTITION BY promoted_at IS NULL
                           ORDER BY promoted_at DESC, version DESC
                       ) AS place
                FROM models
                WINDOW by_promotion AS (ORDER BY promoted_at)
            ) AS history
            WHERE history.version = models.version
              AND status IN ('retired', 'rejected') AND thinned_at IS NULL AND parent IS NOT NULL
              -- The first place among those that were live is the live one's.
              AND place > :kept + CASE WHEN history.promoted_at IS NULL THEN 0 ELSE 1 END
              AND (
                  history.promoted_at IS NULL
                  OR replaced_at - history.promoted_at < make_interval(secs => :proved)
              )
              AND coalesce(replaced_at, created_at) < now() - make_interval(secs => :settled)
              AND NOT EXISTS (
                  SELECT FROM retag_jobs WHERE retag_jobs.status IN ('queued', 'running')
              )
              AND NOT EXISTS (SELECT FROM finetune_runs WHERE finetune_runs.status = 'running')
            RETURNING models.version, blob
        """),
        {"kept": kept, "proved": PROVED_SECONDS, "settled": SETTLED_SECONDS},
    ).all()
    note_deletions(connection, [row.blob for row in rows])
    return [row.version for row in rows]
