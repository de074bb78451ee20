"""Store the file of a new head with the row that names it."""

from collections.abc import Callable
from uuid import uuid4

from sqlalchemy import Connection

from services.trainer.trainer import Trainer
from shared.db.connection.engine import transaction
from shared.db.images.file_deletions import cancel_deletions, note_deletions
from shared.errors import Unavailable
from shared.model.head import Head
from shared.storage.deleting import discard_files

# Much longer than from the note to the commit, which takes seconds.
UNCOMMITTED_SECONDS = 3600.0


def commit_with_file(
    trainer: Trainer,
    head: Head,
    record: Callable[[Connection, str], None],
    refusals: tuple[type[Exception], ...],
) -> None:
    """Store a head, and call `record` with its key in the transaction that makes its row.

    refusals: what `record` raises when nothing is to be stored; the file is deleted and the error
    raised again.

    Raises:
        Unavailable: Postgres or the storage does not answer. If the response to the commit was
            lost, the row may be there, and so is its file.
    """
    blob = f"heads/{uuid4()}.safetensors"
    with transaction(trainer.engine) as connection:
        # A row without its file would stop all tagging, a file without a row only takes up space:
        # so it is deleted by this note, which the commit that makes the row removes.
        note_deletions(connection, [blob], delay_seconds=UNCOMMITTED_SECONDS)
    trainer.storage.put(blob, head.to_bytes())
    try:
        with transaction(trainer.engine) as connection:
            if not cancel_deletions(connection, [blob]):
                raise Unavailable(f"Storing the file {blob} took so long that it was swept.")
            record(connection, blob)
    except refusals:
        # Only in this case is it certain that nothing was committed.
        discard_files(trainer.engine, trainer.storage, [blob])
        raise
