"""Store what was learned on another network, and make it live in one commit."""

import structlog
from sqlalchemy import Connection

from services.trainer.head_file import commit_with_file
from services.trainer.outcome import Finetuned
from services.trainer.runs.promotion import Overtaken
from services.trainer.trainer import Trainer
from shared.db.models.promotion import insert_candidate, lock_live_model, make_live
from shared.db.models.retag_jobs import RetagScope, queue_job
from shared.db.models.switching.steps import mark_live
from shared.db.models.switching.switches import Switch, end_switch, lock_open_switch
from shared.db.models.vocabularies.stored import read_vocabulary_of
from shared.db.models.vocabularies.words import activate_vocabulary
from shared.errors import TagloopError

log = structlog.get_logger(__name__)


class SwitchEnded(TagloopError):
    """The switch was aborted, or another trainer has concluded it."""


def conclude_switch(trainer: Trainer, switch: Switch, learned: Finetuned) -> None:
    """Make the network live, or end the switch if it was rejected.

    Raises:
        Overtaken: another version went live since the comparison; nothing was stored.
        SwitchEnded: nothing was stored.
        Unavailable: Postgres or the storage does not answer. If the response to the commit was
            lost, the network may be live anyway.
    """
    assert learned.head is not None
    commit_with_file(
        trainer,
        learned.head,
        lambda connection, blob: _record(connection, switch, learned, blob),
        refusals=(Overtaken, SwitchEnded),
    )


def _record(connection: Connection, switch: Switch, learned: Finetuned, blob: str) -> None:
    live = lock_live_model(connection)
    if live is None or live.version != learned.parent:
        raise Overtaken
    is_promoted = learned.status == "promoted"
    lock_open_switch(connection)
    version = insert_candidate(
        connection,
        live,
        blob,
        learned.reason,
        learned.report,
        rejected=not is_promoted,
        backbone_id=switch.backbone_id,
    )
    if is_promoted:
        if not mark_live(connection, switch, version, learned.reason):
            raise SwitchEnded
        make_live(connection, live, version, switch.name)
        vocabulary = read_vocabulary_of(connection, switch.backbone_id)
        activate_vocabulary(connection, vocabulary)
        queue_job(connection, RetagScope())
    elif not end_switch(connection, switch.id, "failed", learned.reason, version):
        raise SwitchEnded
    log.info("a network was judged", network=switch.name, outcome=learned.status)
