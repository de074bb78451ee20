"""Celery's metrics under the names that celery-exporter made common.

celery-exporter listens to events on the broker; here they are counted where tasks run, so none is
lost while the broker does not answer.
"""

import time
from typing import Any

from celery import Task, signals
from prometheus_client import Counter, Gauge, Histogram

from shared.observability.metrics import LIVING, TASK_BUCKETS_SECONDS, declare_outcomes, started

LABELS = ("name", "queue_name")

received = Counter("celery_task_received_total", "Messages taken from a queue", LABELS)
begun = Counter("celery_task_started_total", "Tasks begun", LABELS)
succeeded = Counter("celery_task_succeeded_total", "Tasks that ended well", LABELS)
failed = Counter("celery_task_failed_total", "Tasks that ended with an exception", LABELS)
retried = Counter("celery_task_retried_total", "Tasks that will be tried again", LABELS)
runtime = Histogram(
    "celery_task_runtime", "Seconds that tasks take", LABELS, buckets=TASK_BUCKETS_SECONDS
)
worker_up = Gauge(
    "celery_worker_up",
    "1 for each worker that runs",
    ("hostname", "role"),
    multiprocess_mode=LIVING,
)


def count_tasks(role: str) -> None:
    """Count the tasks of this worker process from now on.

    role: what the process is for, `worker` or `trainer`.
    """

    def ready(sender: Any, **_: Any) -> None:
        worker_up.labels(sender.hostname, role).set(1)
        started.labels(role).set_to_current_time()

    def ended(sender: Any, **_: Any) -> None:
        worker_up.labels(sender.hostname, role).set(0)

    declare_outcomes()
    signals.worker_ready.connect(ready, weak=False)
    signals.worker_shutdown.connect(ended, weak=False)
    signals.task_received.connect(_count_received, weak=False)
    signals.task_prerun.connect(_begin, weak=False)
    signals.task_postrun.connect(_end, weak=False)
    signals.task_retry.connect(_count_retried, weak=False)


def _labels(name: str, request: Any) -> tuple[str, str]:
    """Return the labels of a task; here a queue and its routing key have the same name."""
    return name, (request.delivery_info or {}).get("routing_key") or ""


def _count_received(request: Any, **_: Any) -> None:
    received.labels(*_labels(request.name, request)).inc()


def _begin(task: Task, **_: Any) -> None:
    request: Any = task.request
    request.begun_at = time.monotonic()
    begun.labels(*_labels(task.name, task.request)).inc()


def _end(task: Task, state: str | None = None, **_: Any) -> None:
    request: Any = task.request
    labels = _labels(task.name, request)
    runtime.labels(*labels).observe(time.monotonic() - request.begun_at)
    if state == "SUCCESS":
        succeeded.labels(*labels).inc()
    elif state == "FAILURE":
        failed.labels(*labels).inc()


def _count_retried(sender: Task, request: Any, **_: Any) -> None:
    retried.labels(*_labels(sender.name, request)).inc()
