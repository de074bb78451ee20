"""Whether what people correct is learned."""

from sqlalchemy import Connection

from shared.db.monitoring.diagnosis import find_failed_run, seconds_of_oldest_correction
from tagloop.admin.doctor.finding import Finding, well, wrong
from tagloop.admin.doctor.queues import duration

PART = "learning"
# Two nights: one may have been missed while the machine was off.
MAX_WAIT_SECONDS = 2 * 24 * 3600.0


def check_learning(connection: Connection) -> Finding:
    """Whether corrections wait for longer than nights take, or the last run failed."""
    waited = seconds_of_oldest_correction(connection)
    if waited > MAX_WAIT_SECONDS:
        return wrong(
            PART,
            f"Corrections have waited for {duration(waited)} to be learned from; see whether the "
            "trainer and beat run and TAGLOOP_RETRAIN_HOUR is set, or run: tagloop retrain",
        )
    failed = find_failed_run(connection)
    if failed is not None:
        return wrong(
            PART,
            f"The last run, {failed.id}, failed ({failed.reason}), and its corrections wait again; "
            "see the trainer's log, then run: tagloop retrain",
        )
    return well(PART, "Nothing waits for long to be learned from.")
