"""Queries about files to delete: noted, locked, deleted or kept.

A file is deleted only after the commit that makes it useless, and then no row names it. So the
commit itself notes the key, and a sweep deletes the file.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from shared.db.schema import file_deletions, images, models
from shared.storage.storage import image_of_key

# Seconds until the next try where the storage refuses; doubled each time, up to an hour.
RETRY_SECONDS = 10
MAX_RETRY_SECONDS = 3600

_KEYS = bindparam("keys", type_=ARRAY(TEXT))


def note_deletions(
    connection: Connection, keys: Collection[str], delay_seconds: float = 0.0
) -> None:
    """Delete these files once this transaction is committed and the delay is over.

    A file that is about to be written is noted with a delay: if no row names it by then, its writer
    was interrupted.
    """
    if not keys:
        return
    connection.execute(
        text("""
            INSERT INTO file_deletions AS noted (key, due_at)
            SELECT key, now() + make_interval(secs => :delay) FROM unnest(:keys) AS given(key)
            ORDER BY key
            ON CONFLICT (key) DO UPDATE SET due_at = least(noted.due_at, excluded.due_at)
        """).bindparams(_KEYS),
        {"keys": sorted(set(keys)), "delay": delay_seconds},
    )


def cancel_deletions(connection: Connection, keys: Collection[str]) -> int:
    """Keep these files after all; return how many were noted.

    Waits for a sweep that is deleting one of them.
    """
    cancelled = connection.execute(
        text("DELETE FROM file_deletions WHERE key = ANY(:keys)").bindparams(_KEYS),
        {"keys": list(keys)},
    )
    return cancelled.rowcount


def lock_due(
    connection: Connection, limit: int, keys: Collection[str] | None = None
) -> Sequence[str]:
    """Lock files whose deletion is due, the longest due first.

    keys: only these; None: all.
    """
    query = (
        select(file_deletions.c.key)
        .where(file_deletions.c.due_at <= text("now()"))
        .order_by(file_deletions.c.due_at, file_deletions.c.key)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if keys is not None:
        query = query.where(file_deletions.c.key.in_(keys))
    return connection.scalars(query).all()


def find_used(connection: Connection, keys: Collection[str]) -> set[str]:
    """Return the keys that a row still names: those files must stay."""
    ids = {key: image_id for key in keys if (image_id := image_of_key(key)) is not None}
    there = set(
        connection.scalars(
            select(images.c.id).where(
                images.c.id.in_(set(ids.values())), images.c.sha256.is_not(None)
            )
        )
    )
    heads = connection.scalars(
        select(models.c.blob).where(models.c.blob.in_(keys), models.c.thinned_at.is_(None))
    )
    return {*heads, *(key for key, image_id in ids.items() if image_id in there)}


def finish_deletions(connection: Connection, keys: Collection[str]) -> None:
    """Delete the notes of files that are gone."""
    connection.execute(delete(file_deletions).where(file_deletions.c.key.in_(keys)))


def postpone_deletion(connection: Connection, key: str, error: str) -> None:
    """Try a file again later; the note has the reason why it could not be deleted now."""
    connection.execute(
        text("""
            UPDATE file_deletions
            SET attempts = least(attempts + 1, 1000), error = :error,
                due_at = now() + make_interval(
                    secs => least(:longest, :first * 2 ^ least(attempts, 20))
                )
            WHERE key = :key
        """),
        {"key": key, "error": error, "first": RETRY_SECONDS, "longest": MAX_RETRY_SECONDS},
    )


def hold_image(connection: Connection, image_id: UUID) -> bool:
    """Keep an image from being deleted until the transaction ends; return whether it exists."""
    query = text("SELECT FROM images WHERE id = :id FOR KEY SHARE")
    return connection.execute(query, {"id": image_id}).first() is not None
