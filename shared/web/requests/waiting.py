"""Limit the requests that hold a thread while they wait for something outside this process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from shared.observability.metrics import waits_refused

# Per web process; the other threads stay free for requests that need no waiting.
THREADS = 24
MAX_WAITING = THREADS // 2


class WaitingRoom:
    """Limits how many requests of a process wait at a time. Thread-safe."""

    def __init__(self, places: int = MAX_WAITING) -> None:
        self._free = threading.BoundedSemaphore(places)

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Yield whether there is a place; it is kept until the end of the block."""
        has_place = self._free.acquire(blocking=False)
        if not has_place:
            waits_refused.inc()
        try:
            yield has_place
        finally:
            if has_place:
                self._free.release()
