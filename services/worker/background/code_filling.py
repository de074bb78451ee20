"""Write missing codes for embeddings that an earlier version stored."""

import time

import structlog
from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.search.likeness.code_backfill import fill_in_codes

CHUNK_EMBEDDINGS = 1_000
# Of every sweep's ten seconds.
FILL_SECONDS = 3.0

log = structlog.get_logger(__name__)


def fill_codes(engine: Engine) -> None:
    """Fill in missing codes for a few seconds. The next sweep continues where this one ends.

    Raises:
        Unavailable: Postgres does not answer.
    """
    ends_at = time.monotonic() + FILL_SECONDS
    filled = 0
    while time.monotonic() < ends_at:
        with transaction(engine) as connection:
            written = fill_in_codes(connection, CHUNK_EMBEDDINGS)
        filled += written
        if not written:
            break
    if filled:
        log.info("codes for visual search filled in", images=filled)
