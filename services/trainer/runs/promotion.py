"""End a run: store its candidate, judge it and perhaps put it live, in one transaction."""

import structlog
from sqlalchemy import Connection

from services.trainer.head_file import commit_with_file
from services.trainer.outcome import Finetuned
from services.trainer.trainer import Trainer
from shared.db.connection.engine import transaction
from shared.db.models.learning import find_tag_owner
from shared.db.models.models import LiveModel, find_live_model
from shared.db.models.promotion import insert_candidate, lock_live_model, promote
from shared.db.models.retag_jobs import RetagScope, queue_job
from shared.db.models.runs.runs import Run, end_run
from shared.db.models.runs.set_aside import set_aside
from shared.errors import TagloopError

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
        Unavailable: Postgres or the storage does not answer. If the response to the commit was
            lost, the candidate may be live anyway.
    """
    if learned.head is None:
        with transaction(trainer.engine) as connection:
            _end(connection, run, learned, None)
        return
    with transaction(trainer.engine) as connection:
        live = find_live_model(connection)
    if live is None or live.version != learned.parent:
        raise Overtaken
    commit_with_file(
        trainer,
        learned.head,
        lambda connection, blob: _record(connection, run, learned, live, blob),
        refusals=(Overtaken, RunLost),
    )


def _record(
    connection: Connection, run: Run, learned: Finetuned, parent: LiveModel, blob: str
) -> None:
    if lock_live_model(connection) != parent:
        raise Overtaken
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
