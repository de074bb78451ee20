"""When a message that could not be delivered is tried again (Standard Webhooks 1.0)."""

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MINUTE = 60
HOUR = 60 * MINUTE
# After the first attempt, the second, …; together a little more than three days.
SCHEDULE_SECONDS = (
    5,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
)
# An endpoint that has used up a message's attempts, and took no other one meanwhile, is dead.
DEAD_SECONDS = 3 * 24 * HOUR
# A receiver that comes back must not get everything at the same moment.
JITTER = 0.2
# Whatever a receiver asks for, it doesn't keep messages here for ever.
MAX_RETRY_AFTER_SECONDS = 24 * HOUR


def seconds_to_retry(attempts: int, retry_after_seconds: float | None) -> float | None:
    """How long to wait after so many failed attempts; None: that was the last one.

    retry_after_seconds: what the receiver asked for, if it did.
    """
    if attempts > len(SCHEDULE_SECONDS):
        return None
    scheduled = SCHEDULE_SECONDS[attempts - 1] * random.uniform(1, 1 + JITTER)
    return max(scheduled, retry_after_seconds or 0)


def read_retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """The seconds that a `Retry-After` header asks for, as a number or a date; None: nothing."""
    if value is None:
        return None
    try:
        # isdecimal: float() would take "nan" and "inf".
        seconds = (
            float(value)
            if value.strip().isdecimal()
            else (parsedate_to_datetime(value) - (now or datetime.now(UTC))).total_seconds()
        )
    # A date without a time zone can't be compared, and some overflow.
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)
