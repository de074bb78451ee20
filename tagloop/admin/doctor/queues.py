"""Check that queued images get tagged."""

from collections.abc import Iterator

from sqlalchemy import Connection

from services.worker.tagging.sweeper import SHORT_QUEUE_MESSAGES
from shared.db.monitoring.backlog import count_waiting, is_stalled
from shared.db.monitoring.diagnosis import count_stuck, seconds_since_last_tagged
from tagloop.admin.doctor.finding import Finding, well, wrong
from tagloop.display.duration import duration

QUEUES = "queues"
STUCK = "stuck images"
# The sweeper runs every ten seconds, so images that it has missed for this long are stuck.
LEFT_ALONE_SECONDS = 120.0


def check_queues(connection: Connection) -> Finding:
    """Check that images are being tagged while others are queued."""
    waiting = count_waiting(connection)
    if not waiting:
        return well(QUEUES, "No image waits.")
    images = sum(row["images"] for row in waiting)
    oldest = duration(max(row["oldest_seconds"] for row in waiting))
    sentence = f"{images:,} images wait, the oldest for {oldest}"
    if is_stalled(connection):
        last = seconds_since_last_tagged(connection)
        ever = "none was ever tagged" if last is None else f"none was tagged for {duration(last)}"
        return wrong(
            QUEUES, f"{sentence}, no worker holds any, and {ever}; start a worker or see its log."
        )
    return well(QUEUES, f"{sentence}; workers are tagging them.")


def check_stuck(connection: Connection, max_attempts: int, messages: int) -> Iterator[Finding]:
    """Check for images that the sweeper should have queued again.

    messages: number of messages in the broker. With a long queue the sweeper announces nothing.
    """
    stuck = count_stuck(connection, LEFT_ALONE_SECONDS, max_attempts)
    if stuck.abandoned:
        yield wrong(
            STUCK,
            f"{stuck.abandoned:,} images were left by a worker that died, and no other took "
            "them over; start a worker and beat.",
        )
    unannounced = stuck.unannounced if messages <= SHORT_QUEUE_MESSAGES else 0
    if unannounced:
        yield wrong(
            STUCK,
            f"{unannounced:,} images wait and have not been announced for "
            f"{duration(LEFT_ALONE_SECONDS)}; the sweeper does that, so see whether beat and a "
            "worker run.",
        )
    if stuck.exhausted:
        yield wrong(
            STUCK,
            f"{stuck.exhausted:,} images have used up their attempts but still wait; "
            "the sweeper marks them as failed, so see whether beat and a worker run.",
        )
    if not (stuck.abandoned or unannounced or stuck.exhausted):
        yield well(STUCK, "No image is stuck.")
