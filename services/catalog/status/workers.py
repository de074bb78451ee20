"""Find running workers, at most every few seconds and without long waits."""

import threading
import time
from dataclasses import dataclass

from celery import Celery

# Celery always waits this long for answers, even after all workers have answered.
ASK_SECONDS = 0.5
FRESH_SECONDS = 5.0


@dataclass(frozen=True)
class WorkerState:
    """A Celery worker that answered. busy: tasks that it is working on."""

    name: str
    busy: int
    answered_at: float


class WorkerWatch:
    """Asks workers for their state. Thread-safe; one per web process.

    The first caller waits for the answers. Later callers get the known state; if it is old, the
    workers are asked again for the next caller.
    """

    def __init__(self, celery: Celery) -> None:
        self._celery = celery
        self._lock = threading.Lock()
        self._known: list[WorkerState] | None = None
        self._asked_at = 0.0

    def get(self) -> list[WorkerState]:
        """Return the workers that answered recently, by name; none if the broker is away."""
        with self._lock:
            if self._known is None:
                self._ask()
            elif time.monotonic() - self._asked_at > FRESH_SECONDS:
                self._asked_at = time.monotonic()
                threading.Thread(target=self._ask, daemon=True).start()
            return self._known or []

    def _ask(self) -> None:
        try:
            answers = self._celery.control.inspect(timeout=ASK_SECONDS).active() or {}
        except OSError:
            # Without the broker, no worker can be reached.
            answers = {}
        now = time.monotonic()
        self._known = [
            WorkerState(name, len(tasks), now) for name, tasks in sorted(answers.items())
        ]
        self._asked_at = now
