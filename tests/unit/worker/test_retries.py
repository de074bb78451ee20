"""When a message is retried, and what receivers may ask for."""

from datetime import UTC, datetime

import pytest

from services.worker.delivery.retries import (
    HOUR,
    JITTER,
    MAX_RETRY_AFTER_SECONDS,
    MINUTE,
    SCHEDULE_SECONDS,
    read_retry_after,
    seconds_to_retry,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_the_schedule_is_that_of_standard_webhooks() -> None:
    hours = [number / HOUR for number in SCHEDULE_SECONDS[3:]]

    assert SCHEDULE_SECONDS[:3] == (5, 5 * MINUTE, 30 * MINUTE)
    assert hours == [2, 5, 10, 14, 20, 24]


@pytest.mark.parametrize(("attempts", "scheduled"), list(enumerate(SCHEDULE_SECONDS, 1)))
def test_jitter_only_adds(attempts: int, scheduled: int) -> None:
    waits = {seconds_to_retry(attempts, None) for _ in range(100)}

    assert len(waits) > 50
    assert all(wait and scheduled <= wait <= scheduled * (1 + JITTER) for wait in waits)


def test_the_tenth_attempt_is_the_last() -> None:
    assert seconds_to_retry(9, None)
    assert seconds_to_retry(10, None) is None
    assert seconds_to_retry(10, 60.0) is None


def test_a_receiver_can_ask_for_more_time_but_not_for_less() -> None:
    assert seconds_to_retry(1, 3600.0) == 3600
    assert (seconds_to_retry(2, 1.0) or 0) >= 300


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("9" * 400, MAX_RETRY_AFTER_SECONDS),
        ("Sun, 22 Nov 2026 12:01:00 GMT", 60),
        ("Sun, 22 Nov 2020 12:01:00 GMT", 0),
        ("Sun, 22 Nov 2999 12:01:00 GMT", MAX_RETRY_AFTER_SECONDS),
        ("Sun, 22 Nov 2026 12:01:00", None),
        ("Sun, 99 Nov 2026 12:01:00 GMT", None),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_a_number_or_a_date_or_nothing(
    value: str | None, seconds: float | None
) -> None:
    assert read_retry_after(value, NOW) == seconds
