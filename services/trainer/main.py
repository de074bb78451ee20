"""The entry point of the trainer: `celery -A services.trainer.main worker -P threads`.

Celery wants an app when it imports this module; nothing else in Tagloop works at import. torch is
loaded when the worker starts.
"""

import os
import sys
from typing import Any

import structlog
from celery import Celery, signals

from services.trainer.tasks import register_tasks
from services.trainer.trainer import Trainer
from shared.config import load_settings_or_exit
from shared.db.connection.engine import connect_engine
from shared.errors import TagloopError
from shared.messaging.celery_app import TRAINING, create_celery, queue_named
from shared.observability.celery_metrics import count_tasks
from shared.observability.logs import configure_logs
from shared.observability.metrics_export import serve_metrics
from shared.observability.tracing import trace_worker
from shared.storage.storage import Storage

EXIT_MISCONFIGURED = 78  # EX_CONFIG of sysexits.h
# A large run, and beside it one for a person who waits for a new tag.
RUNS_AT_ONCE = 2
# Of a run: one that reads, one for its progress.
CONNECTIONS_PER_RUN = 2

log = structlog.get_logger(__name__)


class TrainerProcess:
    """Holds the trainer's parts from Celery's start signal to its end."""

    def __init__(self, celery: Celery) -> None:
        self._celery = celery
        self._trainer: Trainer | None = None

    def start(self, **_: Any) -> None:
        """Load everything before the first message is taken: torch alone takes seconds, and a
        person may wait for a new tag.
        """
        from services.trainer.learning import finetune, warm_up

        try:
            trace_worker(settings, "trainer")
            self._trainer = Trainer(
                settings,
                connect_engine(settings.database_url, RUNS_AT_ONCE * CONNECTIONS_PER_RUN),
                Storage(settings.storage_url),
                self._celery,
                finetune,
            )
            warm_up()
            serve_metrics(settings.metrics_port)
        except TagloopError as error:
            # Celery would log an exception of a signal handler and go on without a trainer.
            log.error("the trainer cannot start", reason=str(error))
            sys.stderr.flush()
            os._exit(EXIT_MISCONFIGURED)
        log.info("trainer ready")

    def stop(self, **_: Any) -> None:
        """Let go of the connections."""
        if self._trainer is not None:
            self._trainer.engine.dispose()

    def trainer(self) -> Trainer:
        """The parts of this trainer."""
        if self._trainer is None:
            raise RuntimeError("the trainer has not started")
        return self._trainer


def setup_logging(**_: Any) -> None:
    """Keep Celery from setting up logs of its own."""
    configure_logs(settings)


settings = load_settings_or_exit()
app = create_celery(settings)
app.conf.update(task_queues=[queue_named(TRAINING)], worker_concurrency=RUNS_AT_ONCE)
process = TrainerProcess(app)
register_tasks(app, process.trainer)
count_tasks("trainer")
signals.setup_logging.connect(setup_logging, weak=False)
signals.celeryd_after_setup.connect(process.start, weak=False)
signals.worker_shutdown.connect(process.stop, weak=False)
