"""Places for requests that hold their thread until something outside this process has happened."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from shared.observability.metrics import waits_refused

# Of a web process, for requests that are there; the others stay free for requests at once.
THREADS = 24
MAX_WAITING = THREADS // 2


class WaitingRoom:
    """Lets some requests of a process wait at a time. Safe for threads."""

    def __init__(self, places: int = MAX_WAITING) -> None:
        self._free = threading.BoundedSemaphore(places)

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Whether there is a place; it is kept until the end of the block."""
        has_place = self._free.acquire(blocking=False)
        if not has_place:
            waits_refused.inc()
        try:
            yield has_place
        finally:
            if has_place:
                self._free.release()
