"""The schedule on which a failed delivery is retried (Standard Webhooks 1.0)."""

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MINUTE = 60
HOUR = 60 * MINUTE
# Seconds after the first attempt, the second, …: a little more than three days in all.
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
# An endpoint is dead if a message ran out of attempts and no other was accepted meanwhile.
DEAD_SECONDS = 3 * 24 * HOUR
# Jitter: a receiver that comes back must not get everything at once.
JITTER = 0.2
# A receiver cannot postpone a message for longer than this.
MAX_RETRY_AFTER_SECONDS = 24 * HOUR


def seconds_to_retry(attempts: int, retry_after_seconds: float | None) -> float | None:
    """Return the seconds until the next attempt; None after the last one.

    retry_after_seconds: what the receiver asked for, if anything.
    """
    if attempts > len(SCHEDULE_SECONDS):
        return None
    scheduled = SCHEDULE_SECONDS[attempts - 1] * random.uniform(1, 1 + JITTER)
    return max(scheduled, retry_after_seconds or 0)


def read_retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Return the seconds that a `Retry-After` header asks for, as a number or a date.

    None without one.
    """
    if value is None:
        return None
    try:
        # isdecimal, because float() accepts "nan" and "inf".
        seconds = (
            float(value)
            if value.strip().isdecimal()
            else (parsedate_to_datetime(value) - (now or datetime.now(UTC))).total_seconds()
        )
    # Dates without a time zone cannot be compared, and some overflow.
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)
