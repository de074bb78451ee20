"""The states of a run: queued, running, then promoted, rejected, nothing or failed (3 attempts)."""

from contextlib import ExitStack

import structlog

from services.trainer.outcome import Finetuned
from services.trainer.runs.nights import MIN_HASHTAGGED
from services.trainer.runs.progress import ProgressWriter
from services.trainer.runs.promotion import Overtaken, RunLost, conclude
from services.trainer.trainer import Trainer
from shared.db.connection.engine import transaction
from shared.db.connection.locks import Lock, try_lock
from shared.db.models.runs.runs import (
    Run,
    end_run,
    find_open_run,
    give_back_interrupted,
    put_back,
    start_next_run,
)
from shared.db.models.runs.set_aside import set_aside_all
from shared.db.tags.hashtags.reading import has_new_hashtags
from shared.errors import Unavailable
from shared.messaging.celery_app import RETAG
from shared.messaging.publisher import publish_hint

MAX_ATTEMPTS = 3

log = structlog.get_logger(__name__)


def carry_out_due_runs(trainer: Trainer) -> None:
    """Carry out queued runs, unless another trainer in the cluster does.

    A user waits for a run that teaches one tag, and it takes seconds, so such runs have their own
    lock and don't queue behind a large one.

    Raises:
        Unavailable: Postgres does not answer. A later call continues the interrupted runs.
    """
    carry_out_due_of_kind(trainer, Lock.TAG_RUNS, of_one_tag=True)
    carry_out_due_of_kind(trainer, Lock.ALL_RUNS, of_one_tag=False)
    # A run for all tags may have kept out runs for one tag.
    carry_out_due_of_kind(trainer, Lock.TAG_RUNS, of_one_tag=True)


def carry_out_due_of_kind(trainer: Trainer, lock: Lock, *, of_one_tag: bool) -> None:
    """Carry out the runs of one kind in turn, until one fails."""
    # Look again after the lock is released: a trainer called for a new run found it held.
    while _is_any_open(trainer, of_one_tag=of_one_tag):
        with try_lock(trainer.engine, lock) as held:
            if not held:
                return
            with transaction(trainer.engine) as connection:
                give_back_interrupted(connection, of_one_tag=of_one_tag)
            while (run := _start_next(trainer, of_one_tag=of_one_tag)) is not None:
                if not carry_out(trainer, run):
                    # Leave the next attempt to a later call: the problem may take time to pass.
                    return


def carry_out(trainer: Trainer, run: Run) -> bool:
    """Make one attempt at a run; return whether it succeeded.

    Raises:
        Unavailable: Postgres or the storage does not answer. The attempt does not count, if this
            can be recorded.
    """
    log.info("run started", run=run.id, attempt=run.attempt, corrections=run.corrections)
    try:
        if run.attempt > MAX_ATTEMPTS:
            _give_up(trainer, run, f"{MAX_ATTEMPTS} trainers ended while they worked on it.")
        elif run.tag_id is None and not run.corrections and not _teach_hashtags(trainer):
            _end_without_learning(trainer, run)
        elif _learn(trainer, run).status == "promoted":
            publish_hint(trainer.celery, RETAG)
    except RunLost as error:
        log.warning("run given up", run=run.id, reason=str(error))
        return False
    except Unavailable as error:
        with transaction(trainer.engine) as connection:
            put_back(connection, run, str(error), counts=False)
        raise
    # Any error in the data or the code: the row has to record it.
    except Exception as error:
        log.exception("run failed", run=run.id, attempt=run.attempt)
        reason = f"{type(error).__name__}: {error}"
        if run.attempt < MAX_ATTEMPTS:
            with transaction(trainer.engine) as connection:
                put_back(connection, run, reason, counts=True)
        else:
            _give_up(trainer, run, reason)
        return False
    return True


def _learn(trainer: Trainer, run: Run) -> Finetuned:
    """Learn, and repeat it while another version goes live in the meantime.

    A run for all tags that was overtaken once keeps out runs for one tag: they are much shorter and
    could overtake it again and again.
    """
    progress = ProgressWriter(trainer.engine, run)
    with ExitStack() as kept_out:
        while True:
            finetuned = trainer.finetune(
                trainer.engine,
                trainer.storage,
                trainer.settings,
                tag_id=run.tag_id,
                progress=progress,
                is_last_attempt=run.attempt == MAX_ATTEMPTS,
            )
            try:
                conclude(trainer, run, finetuned)
                return finetuned
            except Overtaken:
                log.info("run was overtaken by another version", run=run.id)
            if run.tag_id is None:
                kept_out.enter_context(try_lock(trainer.engine, Lock.TAG_RUNS))


def _teach_hashtags(trainer: Trainer) -> bool:
    """Return whether there are hashtags to learn from."""
    if trainer.settings.hashtag_tags == "off":
        return False
    with transaction(trainer.engine) as connection:
        return has_new_hashtags(connection, None, MIN_HASHTAGGED)


def _end_without_learning(trainer: Trainer, run: Run) -> None:
    with transaction(trainer.engine) as connection:
        end_run(connection, run, "nothing", "There are no new corrections to learn from.")


def _give_up(trainer: Trainer, run: Run, reason: str) -> None:
    with transaction(trainer.engine) as connection:
        if end_run(connection, run, "failed", reason):
            # Back in the queue, the corrections would also fail in the next nights.
            set_aside_all(connection, run)


def _start_next(trainer: Trainer, *, of_one_tag: bool) -> Run | None:
    with transaction(trainer.engine) as connection:
        return start_next_run(connection, of_one_tag=of_one_tag)


def _is_any_open(trainer: Trainer, *, of_one_tag: bool) -> bool:
    with transaction(trainer.engine) as connection:
        return find_open_run(connection, of_one_tag=of_one_tag) is not None
