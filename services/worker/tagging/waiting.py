"""Tell whether users wait for tags, so that background work can leave them the cores."""

import time

from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.monitoring.backlog import is_any_waiting

# Between single uploads there are moments in which no picture waits.
BUSY_SECONDS = 2.0


class WaitingUsers:
    """Remembers when an image last waited for its tags. For one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._busy_until = 0.0

    def are_there(self) -> bool:
        """Return whether images wait for tags, or did so a moment ago.

        Raises:
            Unavailable: Postgres does not answer.
        """
        with transaction(self._engine) as connection:
            is_waited_for = is_any_waiting(connection)
        if is_waited_for:
            self._busy_until = time.monotonic() + BUSY_SECONDS
        return is_waited_for or time.monotonic() < self._busy_until
