"""The trainer's only task."""

from collections.abc import Callable
from datetime import UTC, datetime

from celery import Celery

from services.trainer.runs.nights import queue_night
from services.trainer.runs.runs import carry_out_due_runs
from services.trainer.switching.switch import carry_out_due_switch
from services.trainer.trainer import Trainer
from shared.messaging.celery_app import FINETUNE


def register_tasks(celery: Celery, trainer: Callable[[], Trainer]) -> None:
    """Define the task on an app.

    trainer: gives the trainer's parts once it has started.
    """

    @celery.task(name=FINETUNE)
    def finetune() -> None:
        """Queue the night's run if it is due; carry out queued runs and the end of a switch."""
        here = trainer()
        settings = here.settings
        queue_night(
            here.engine,
            settings.retrain_hour,
            datetime.now(UTC),
            with_hashtags=settings.hashtag_tags != "off",
        )
        carry_out_due_runs(here)
        carry_out_due_switch(here)
