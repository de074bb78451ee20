"""The start and the end of a process that runs Celery tasks: the worker's and the trainer's."""

import gc
import os
import sys
from collections.abc import Callable
from typing import Any, Generic, NoReturn, TypeVar

import structlog
from celery import signals

from shared.config import Settings
from shared.config.loading import EXIT_MISCONFIGURED
from shared.errors import TagloopError
from shared.observability.celery_metrics import count_tasks
from shared.observability.logs import configure_logs
from shared.observability.metrics_export import serve_metrics
from shared.observability.tracing import trace_worker

log = structlog.get_logger(__name__)

Parts = TypeVar("Parts")


class CeleryProcess(Generic[Parts]):
    """Holds the parts of a process from Celery's start signal to its end.

    name: what the process is called in logs, metrics and traces. start: opens the parts; it is
    given Celery's number of task threads. close: closes them. check: raises TagloopError while
    the parts make no progress, for `GET /healthz` on the metrics port.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        start: Callable[[int], Parts],
        close: Callable[[Parts], None],
        check: Callable[[Parts], None] = lambda parts: None,
    ) -> None:
        self._name = name
        self._settings = settings
        self._start_parts = start
        self._close_parts = close
        self._check_parts = check
        self._parts: Parts | None = None

    def connect(self) -> None:
        """Have Celery's signals start and stop this process."""
        count_tasks(self._name)
        # `weak=False`: a bound method that nothing else holds would be forgotten at once.
        signals.setup_logging.connect(self._set_up_logging, weak=False)
        signals.celeryd_after_setup.connect(self._start, weak=False)
        signals.worker_shutdown.connect(self._stop, weak=False)

    def parts(self) -> Parts:
        """Return the parts. Raises RuntimeError before the process has started."""
        if self._parts is None:
            raise RuntimeError(f"the {self._name} has not started")
        return self._parts

    def _start(self, instance: Any, **_: Any) -> None:
        """Load everything before the first message is taken."""
        try:
            trace_worker(self._settings, self._name)
            self._parts = parts = self._start_parts(instance.concurrency)
            serve_metrics(self._settings.metrics_port, lambda: self._check_parts(parts))
        except (TagloopError, OSError) as error:
            self._end(str(error))
        except Exception as error:
            log.exception("unexpected error at the start")
            self._end(repr(error))
        log.info(f"{self._name} ready")

    def _end(self, reason: str) -> NoReturn:
        """End the process: Celery would log the error of a signal handler and go on."""
        log.error(f"the {self._name} cannot start", reason=reason)
        sys.stderr.flush()
        os._exit(EXIT_MISCONFIGURED)

    def _stop(self, **_: Any) -> None:
        if self._parts is not None:
            self._close_parts(self._parts)
        # At its end Python looks through every object for cycles: with torch loaded, seconds of
        # CPU time, more on a busy machine than a supervisor waits before it kills.
        gc.freeze()

    def _set_up_logging(self, **_: Any) -> None:
        """Keep Celery from setting up logs of its own."""
        configure_logs(self._settings)
