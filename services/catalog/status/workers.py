"""Which workers answer, asked at most every few seconds and never while a request waits long."""

import threading
import time
from dataclasses import dataclass

from celery import Celery

# Celery waits so long for answers, also when all of them are there.
ASK_SECONDS = 0.5
FRESH_SECONDS = 5.0


@dataclass(frozen=True)
class WorkerState:
    """A Celery worker that answered. busy: tasks that it works on."""

    name: str
    busy: int
    answered_at: float


class WorkerWatch:
    """Asks workers what they do. Safe for threads; one for a web process.

    The first caller waits for the answers. Later ones get what is known; if that is old, the
    workers are asked again for the next caller.
    """

    def __init__(self, celery: Celery) -> None:
        self._celery = celery
        self._lock = threading.Lock()
        self._known: list[WorkerState] | None = None
        self._asked_at = 0.0

    def get(self) -> list[WorkerState]:
        """Return the workers that answered lately, by name; none where the broker is away."""
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
            # The broker is away: so are the workers, as far as anyone can tell.
            answers = {}
        now = time.monotonic()
        self._known = [
            WorkerState(name, len(tasks), now) for name, tasks in sorted(answers.items())
        ]
        self._asked_at = now
