"""Carry out the last steps of a switch, when nearly all images are embedded."""

from contextlib import ExitStack

import structlog

from services.trainer.outcome import Finetuned
from services.trainer.runs.promotion import Overtaken
from services.trainer.switching.go_live import SwitchEnded, conclude_switch
from services.trainer.trainer import Trainer
from shared.db.connection.engine import transaction
from shared.db.connection.locks import Lock, try_lock
from shared.db.models.models import LiveModel
from shared.db.models.switching.steps import (
    count_attempt,
    find_base,
    note_problem,
    report_learning,
    take_back_attempt,
)
from shared.db.models.switching.switches import Switch, end_switch, find_open_switch
from shared.errors import TagloopError, Unavailable
from shared.messaging.celery_app import RETAG
from shared.messaging.publisher import publish_hint

MAX_ATTEMPTS = 3

log = structlog.get_logger(__name__)


def carry_out_due_switch(trainer: Trainer) -> None:
    """Learn on the new network and make it live, unless another trainer in the cluster does.

    Large runs wait meanwhile: they would learn on the former network.

    Raises:
        Unavailable: Postgres or the storage does not answer; a later call tries again.
    """
    if _find_due(trainer) is None:
        return
    with try_lock(trainer.engine, Lock.ALL_RUNS) as held:
        switch = _find_due(trainer) if held else None
        if switch is not None:
            _attempt(trainer, switch)


def _find_due(trainer: Trainer) -> Switch | None:
    with transaction(trainer.engine) as connection:
        switch = find_open_switch(connection)
    return switch if switch is not None and switch.status == "learning" else None


def _attempt(trainer: Trainer, switch: Switch) -> None:
    with transaction(trainer.engine) as connection:
        attempt = count_attempt(connection, switch)
        if attempt is not None and attempt > MAX_ATTEMPTS:
            reason = f"{MAX_ATTEMPTS} trainers ended while they learned on {switch.name}."
            end_switch(connection, switch.id, "failed", reason)
    if attempt is None or attempt > MAX_ATTEMPTS:
        return
    log.info("learning on another network", network=switch.name, attempt=attempt)
    try:
        _learn(trainer, switch)
    except SwitchEnded:
        log.info("the switch ended meanwhile", network=switch.name)
    except Unavailable:
        with transaction(trainer.engine) as connection:
            take_back_attempt(connection, switch)
        raise
    # Any error in the data or the code: the row has to record it, and the live network goes on.
    except Exception as error:
        log.exception("learning on another network failed", network=switch.name, attempt=attempt)
        reason = f"{type(error).__name__}: {error}"
        with transaction(trainer.engine) as connection:
            if attempt < MAX_ATTEMPTS:
                note_problem(connection, switch, reason)
            else:
                end_switch(connection, switch.id, "failed", reason)


def _learn(trainer: Trainer, switch: Switch) -> None:
    """Learn and go live; repeat it while another version goes live in the meantime.

    Once it was overtaken, runs for one tag are kept out: they are much shorter.
    """
    base = _base_of(trainer, switch)
    with ExitStack() as kept_out:
        while True:
            learned = _relearn(trainer, switch, base)
            try:
                conclude_switch(trainer, switch, learned)
                break
            except Overtaken:
                log.info("the switch was overtaken by another version", network=switch.name)
            kept_out.enter_context(try_lock(trainer.engine, Lock.TAG_RUNS))
    if learned.status == "promoted":
        publish_hint(trainer.celery, RETAG)


def _base_of(trainer: Trainer, switch: Switch) -> LiveModel:
    with transaction(trainer.engine) as connection:
        base = None if switch.backbone_id is None else find_base(connection, switch.backbone_id)
    if base is None:
        raise TagloopError(f"The head of {switch.name} is gone; abort the switch and start again.")
    return base


def _relearn(trainer: Trainer, switch: Switch, base: LiveModel) -> Finetuned:
    # As in `start_trainer`: importing torch takes seconds.
    from services.trainer.learning.networks.relearn import relearn

    def progress(stage: str, share: float) -> None:
        with transaction(trainer.engine) as connection:
            if not report_learning(connection, switch, stage, share):
                raise SwitchEnded

    return relearn(
        trainer.engine,
        trainer.storage,
        trainer.settings,
        base,
        max_loss=trainer.settings.gate_max_loss if switch.gated else None,
        progress=progress,
    )
