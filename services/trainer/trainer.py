"""The resources of a trainer process."""

from dataclasses import dataclass

from celery import Celery
from sqlalchemy import Engine

from services.trainer.outcome import Finetune
from shared.config import Settings
from shared.db.connection.engine import connect_engine
from shared.messaging.celery_app import FINETUNE
from shared.messaging.publisher import publish_hint
from shared.storage.storage import Storage

# For each run: one to read, one for its progress.
CONNECTIONS_PER_RUN = 2


@dataclass(frozen=True)
class Trainer:
    """The trainer's connections, settings and learning code."""

    settings: Settings
    engine: Engine
    storage: Storage
    celery: Celery
    finetune: Finetune

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()


def start_trainer(settings: Settings, celery: Celery, runs_at_once: int) -> Trainer:
    """Load everything that a run needs; importing torch takes seconds, and a user may be waiting.

    Raises:
        TagloopError: a service or a setting that the trainer needs is missing.
    """
    from services.trainer.learning.fitting.fit import warm_up
    from services.trainer.learning.run import finetune

    engine = connect_engine(settings.database_url, runs_at_once * CONNECTIONS_PER_RUN)
    warm_up()
    # What an earlier trainer left unfinished need not wait for beat.
    publish_hint(celery, FINETUNE)
    return Trainer(settings, engine, Storage(settings.storage_url), celery, finetune)
