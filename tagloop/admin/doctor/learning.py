"""Check that corrections are learned."""

from sqlalchemy import Connection

from shared.db.models.runs.set_aside import find_set_aside
from shared.db.monitoring.diagnosis import find_failed_run, seconds_of_oldest_correction
from tagloop.admin.doctor.finding import Finding, well, wrong
from tagloop.display.duration import duration

PART = "learning"
# Two nights: the machine may have been off in one.
MAX_WAIT_SECONDS = 2 * 24 * 3600.0


def check_learning(connection: Connection) -> Finding:
    """Check whether corrections have waited for more than two nights, or a run failed."""
    waited = seconds_of_oldest_correction(connection)
    if waited > MAX_WAIT_SECONDS:
        return wrong(
            PART,
            f"Corrections have waited for {duration(waited)} to be learned from; see whether the "
            "trainer and beat run and TAGLOOP_RETRAIN_HOUR is set, or run: tagloop retrain",
        )
    if aside := find_set_aside(connection):
        newest = aside[0]
        return wrong(
            PART,
            f"Run {newest.run_id} failed three times on {newest.corrections:,} corrections (of "
            f"{', '.join(newest.tags)}) and has set them aside; see the trainer's log, then "
            f"learn from them again: tagloop retrain --release {newest.run_id}",
        )
    failed = find_failed_run(connection)
    if failed is not None:
        return wrong(
            PART,
            f"The last run, {failed.id}, failed ({failed.reason}); see the trainer's log, then "
            "run: tagloop retrain",
        )
    return well(PART, "No correction has waited for long.")
