"""Tell whether too many images wait, without asking Postgres for every upload."""

import threading
import time

from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.monitoring.backlog import is_backlog_over

# Between two checks, a process accepts few images compared with the limit.
LOOK_SECONDS = 5.0


class BacklogWatch:
    """Compares the number of waiting images with a limit, at most every five seconds.

    Thread-safe.
    """

    def __init__(self, engine: Engine, limit: int) -> None:
        self._engine = engine
        self._limit = limit
        self._lock = threading.Lock()
        self._looked_at: float | None = None
        self._over = False

    def is_over(self) -> bool:
        """Return whether the limit is reached.

        Raises:
            Unavailable: Postgres does not answer.
        """
        with self._lock:
            if self._looked_at is None or time.monotonic() - self._looked_at > LOOK_SECONDS:
                with transaction(self._engine) as connection:
                    self._over = is_backlog_over(connection, self._limit)
                self._looked_at = time.monotonic()
            return self._over
