"""The entry point of worker and beat: `celery -A services.worker.main worker -P threads`.

Celery wants an app when it imports this module; nothing else in Tagloop works at import.
"""

import os
import sys
from typing import Any

import structlog
from celery import Celery, signals

from services.worker.runtime import Runtime, start_runtime
from services.worker.tagging.sweeper import SWEEP_SECONDS
from services.worker.tasks import register_tasks
from shared.config import load_settings_or_exit
from shared.errors import TagloopError
from shared.messaging.celery_app import DELIVER, FINETUNE, RETAG, SWEEP, create_celery
from shared.observability.celery_metrics import count_tasks
from shared.observability.logs import configure_logs
from shared.observability.metrics_export import serve_metrics
from shared.observability.tracing import trace_worker

# How often somebody looks for runs and re-tagging that are due, should a message have been lost.
ROUND_SECONDS = 60.0
EXIT_MISCONFIGURED = 78  # EX_CONFIG of sysexits.h

log = structlog.get_logger(__name__)


class Worker:
    """Holds the runtime of this process from Celery's start signal to its end."""

    def __init__(self, celery: Celery) -> None:
        self._celery = celery
        self._runtime: Runtime | None = None

    def start(self, sender: Any, **_: Any) -> None:
        """Load everything before the first message is taken."""
        try:
            trace_worker(settings, "worker")
            self._runtime = start_runtime(settings, self._celery, sender.concurrency)
            serve_metrics(settings.metrics_port)
        except TagloopError as error:
            # Celery would log an exception of a signal handler and go on without a network.
            log.error("the worker cannot start", reason=str(error))
            sys.stderr.flush()
            os._exit(EXIT_MISCONFIGURED)

    def stop(self, **_: Any) -> None:
        """Finish what is under way."""
        if self._runtime is not None:
            self._runtime.close()

    def runtime(self) -> Runtime:
        """The parts of this worker."""
        if self._runtime is None:
            raise RuntimeError("the worker has not started")
        return self._runtime


def setup_logging(**_: Any) -> None:
    """Keep Celery from setting up logs of its own."""
    configure_logs(settings)


settings = load_settings_or_exit()
app = create_celery(settings)
worker = Worker(app)
register_tasks(app, worker.runtime)
count_tasks("worker")
app.conf.beat_schedule = {
    task: {
        "task": task,
        "schedule": seconds,
        # Rounds that nobody could run must not pile up.
        "options": {"expires": seconds},
    }
    for task, seconds in (
        (SWEEP, SWEEP_SECONDS),
        (FINETUNE, ROUND_SECONDS),
        (RETAG, ROUND_SECONDS),
        (DELIVER, ROUND_SECONDS),
    )
}
signals.setup_logging.connect(setup_logging, weak=False)
signals.celeryd_after_setup.connect(lambda instance, **_: worker.start(instance), weak=False)
signals.worker_shutdown.connect(worker.stop, weak=False)
