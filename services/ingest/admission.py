"""Whether pictures are taken in at all: overload is refused before anything is read."""

import threading
import time

from shared.db.backlog import is_backlog_over
from shared.db.engine import transaction
from shared.errors import QueueFull
from shared.web import Context

# A look at the backlog is good for this long: what one process accepts meanwhile is little.
LOOK_SECONDS = 1.0


class Admission:
    """Refuses pictures while too many wait. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looked_at = 0.0
        self._full = False

    def check(self, context: Context) -> None:
        """Raises QueueFull while the backlog is over its limit, Unavailable without Postgres."""
        limit = context.settings.queue_limit
        with self._lock:
            if time.monotonic() - self._looked_at > LOOK_SECONDS:
                with transaction(context.engine) as connection:
                    self._full = is_backlog_over(connection, limit)
                self._looked_at = time.monotonic()
            full = self._full
        if full:
            raise QueueFull(f"{limit:,} pictures or more wait to be tagged; send this again later.")
