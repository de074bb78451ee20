"""Delete files that were noted for deletion, at once if the storage allows, otherwise later."""

from collections.abc import Collection

import structlog
from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.images.file_deletions import (
    find_used,
    finish_deletions,
    lock_due,
    note_deletions,
    postpone_deletion,
)
from shared.errors import StorageUnavailable, Unavailable
from shared.storage.storage import Storage

FILES_PER_PASS = 100
# A sweep runs every ten seconds, and takes one of the few places for tasks of a worker.
PASSES = 50

log = structlog.get_logger(__name__)


def delete_files(engine: Engine, storage: Storage, keys: Collection[str]) -> None:
    """Delete files whose deletion is committed; the sweep retries what fails now."""
    if not keys:
        return
    try:
        _delete_due(engine, storage, len(keys), keys)
    except Unavailable as error:
        log.warning("files are deleted later", files=len(keys), reason=str(error))


def discard_files(engine: Engine, storage: Storage, keys: Collection[str]) -> None:
    """Delete files that no row ever named, such as those of an interrupted upload."""
    try:
        storage.delete(list(keys))
    except StorageUnavailable as refusal:
        try:
            with transaction(engine) as connection:
                note_deletions(connection, keys)
        except Unavailable:
            log.error("files were left behind", files=list(keys), reason=str(refusal))


def sweep_files(engine: Engine, storage: Storage) -> int:
    """Delete noted files that are due, up to a few thousand; return how many are gone.

    Raises:
        Unavailable: Postgres does not answer.
    """
    gone = 0
    for _ in range(PASSES):
        deleted, is_more = _delete_due(engine, storage, FILES_PER_PASS, None)
        gone += deleted
        if not is_more:
            break
    return gone


def _delete_due(
    engine: Engine, storage: Storage, limit: int, keys: Collection[str] | None
) -> tuple[int, bool]:
    """Delete some files that are due; return how many are gone, and whether to go on.

    Stops at the first refusal: a storage that does not answer would refuse the others too, each
    after a time-out.
    """
    with transaction(engine) as connection:
        due = lock_due(connection, limit, keys)
        used = find_used(connection, due)
        deleted = []
        refused = False
        for key in (key for key in due if key not in used):
            try:
                storage.delete([key])
            except StorageUnavailable as error:
                log.warning("a file cannot be deleted yet", key=key, reason=str(error))
                postpone_deletion(connection, key, str(error))
                refused = True
                break
            deleted.append(key)
        finish_deletions(connection, [*used, *deleted])
    return len(deleted), len(due) == limit and not refused
