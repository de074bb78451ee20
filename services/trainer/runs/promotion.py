"""End a run: store its candidate, judge it and perhaps put it live, in one transaction."""

from uuid import uuid4

import structlog
from sqlalchemy import Connection

from services.trainer.outcome import Finetuned
from services.trainer.trainer import Trainer
from shared.db.connection.engine import transaction
from shared.db.images.file_deletions import cancel_deletions, note_deletions
from shared.db.models.learning import find_tag_owner
from shared.db.models.models import LiveModel, find_live_model
from shared.db.models.promotion import insert_candidate, lock_live_model, promote
from shared.db.models.retag_jobs import RetagScope, queue_job
from shared.db.models.runs import Run, end_run, set_aside
from shared.errors import TagloopError, Unavailable
from shared.storage.deleting import discard_files

# Much longer than from the note to the commit, which takes seconds.
UNCOMMITTED_SECONDS = 3600.0

log = structlog.get_logger(__name__)


class Overtaken(TagloopError):
    """Another version went live while this one was made."""


class RunLost(TagloopError):
    """Another trainer has taken the run over: this one's connection broke, and its lock with it."""


def conclude(trainer: Trainer, run: Run, learned: Finetuned) -> None:
    """End a run with what was learned.

    Raises:
        Overtaken: another version went live since the comparison; nothing was stored.
        RunLost: nothing was stored.
        Unavailable: Postgres or the storage is away. If the response to the commit was lost, the
            candidate may be live anyway.
    """
    if learned.head is None:
        with transaction(trainer.engine) as connection:
            _end(connection, run, learned, None)
        return
    with transaction(trainer.engine) as connection:
        live = find_live_model(connection)
    if live is None or live.version != learned.parent:
        raise Overtaken
    blob = f"heads/{uuid4()}.safetensors"
    with transaction(trainer.engine) as connection:
        # A row without its file would stop all tagging, a file without a row only takes up space:
        # so it is deleted by this note, which the commit that makes the row removes.
        note_deletions(connection, [blob], delay_seconds=UNCOMMITTED_SECONDS)
    trainer.storage.put(blob, learned.head.to_bytes())
    try:
        with transaction(trainer.engine) as connection:
            _record(connection, run, learned, live, blob)
    except (Overtaken, RunLost):
        # Only in this case is it certain that nothing was committed.
        discard_files(trainer.engine, trainer.storage, [blob])
        raise


def _record(
    connection: Connection, run: Run, learned: Finetuned, parent: LiveModel, blob: str
) -> None:
    if lock_live_model(connection) != parent:
        raise Overtaken
    if not cancel_deletions(connection, [blob]):
        raise Unavailable(f"Storing the file {blob} took so long that it was swept.")
    is_promoted = learned.status == "promoted"
    version = insert_candidate(
        connection, parent, blob, learned.reason, learned.report, rejected=not is_promoted
    )
    if is_promoted:
        promote(connection, version)
        queue_job(connection, _scope_of(connection, run))
    _end(connection, run, learned, version)
    log.info("a candidate was judged", run=run.id, version=version, outcome=learned.status)


def _scope_of(connection: Connection, run: Run) -> RetagScope:
    """Return what a promotion changes: everything, or one tag.

    An owner's tag only on their images.
    """
    tag = None if run.tag_id is None else find_tag_owner(connection, run.tag_id)
    return RetagScope(owner=None if tag is None else tag[0], tag_id=run.tag_id)


def _end(connection: Connection, run: Run, learned: Finetuned, version: int | None) -> None:
    ended = end_run(
        connection,
        run,
        learned.status,
        learned.reason,
        report=learned.report,
        version=version,
        kept=learned.kept,
    )
    if not ended:
        raise RunLost
    for owner in learned.set_aside:
        set_aside(connection, run, owner)
