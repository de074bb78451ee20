"""Wait for something that another thread or process does."""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine, text

Value = TypeVar("Value")

# Only a failure takes this long; a busy machine is none.
MAX_SECONDS = 90.0
LOOK_SECONDS = 0.02


def wait_for(look: Callable[[], Value], what: str, seconds: float = MAX_SECONDS) -> Value:
    """Poll until the result is true, and return it; fail if it never is."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(LOOK_SECONDS)
    return found


def waits_for_a_lock(engine: Engine) -> bool:
    """Return whether a transaction in this database waits for another one."""
    with engine.connect() as connection:
        query = text(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(connection.scalar(query))
