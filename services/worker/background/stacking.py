"""Stack new images with their near-duplicates."""

import time

import structlog
from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.connection.locks import Lock, try_lock
from shared.db.search.likeness.stacks import stack_next

CHUNK_IMAGES = 100
# Of every sweep's ten seconds.
STACK_SECONDS = 3.0

log = structlog.get_logger(__name__)


def stack_images(engine: Engine) -> None:
    """Stack images for a few seconds. The next sweep continues where this one ends.

    Raises:
        Unavailable: Postgres does not answer.
    """
    ends_at = time.monotonic() + STACK_SECONDS
    stacked = 0
    # Two processes would not see each other's stacks.
    with try_lock(engine, Lock.STACKS) as is_mine:
        while is_mine and time.monotonic() < ends_at:
            with transaction(engine) as connection:
                looked_at = stack_next(connection, CHUNK_IMAGES)
            stacked += looked_at
            if not looked_at:
                break
    if stacked:
        log.info("images stacked with their near-duplicates", images=stacked)
