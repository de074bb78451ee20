"""Which destination gets a thread next, on a clock that the test sets."""

import pytest

from services.worker.delivery.fair_scheduler import (
    FIRST_PAUSE_SECONDS,
    MAX_AT_ONCE,
    MAX_PAUSE_SECONDS,
    FairScheduler,
)

THREADS = 8


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def turns(clock: Clock) -> FairScheduler:
    return FairScheduler(THREADS, clock)


def take(turns: FairScheduler, *due: str) -> list[str]:
    """Begin as many batches as these destinations may have at once."""
    begun = []
    while (destination := turns.choose(due)) is not None:
        turns.begin(destination)
        begun.append(destination)
    return begun


def run(
    turns: FairScheduler,
    destination: str,
    *,
    is_ill: bool = False,
    is_slow: bool = False,
    pause_seconds: float = 0,
) -> None:
    turns.begin(destination)
    turns.end(destination, is_ill=is_ill, is_slow=is_slow, pause_seconds=pause_seconds)


def test_an_unknown_destination_has_one_connection_at_a_time(turns: FairScheduler) -> None:
    assert take(turns, "a", "b") == ["a", "b"]


def test_a_destination_that_answers_well_may_have_more_connections(turns: FairScheduler) -> None:
    for _ in range(10):
        run(turns, "a")

    assert take(turns, "a") == ["a"] * MAX_AT_ONCE


def test_destinations_take_turns(turns: FairScheduler) -> None:
    order = []
    for _ in range(4):
        chosen = turns.choose(["a", "b"])
        assert chosen
        run(turns, chosen)
        order.append(chosen)

    assert order == ["a", "b", "a", "b"]


def test_half_of_the_threads_are_kept_for_those_that_answered_well(turns: FairScheduler) -> None:
    run(turns, "good")
    unknown = [f"unknown-{number}" for number in range(100)]

    assert len(take(turns, *unknown)) == THREADS // 2
    assert "good" in take(turns, *unknown, "good")


def test_a_new_destination_finds_a_thread_however_many_fail(
    turns: FairScheduler, clock: Clock
) -> None:
    dead = [f"dead-{number}" for number in range(100)]
    for name in dead:
        run(turns, name, is_ill=True)
    clock.now += FIRST_PAUSE_SECONDS

    assert len(take(turns, *dead)) == THREADS // 4
    assert take(turns, *dead, "new") == ["new"]


def test_slow_destinations_share_a_quarter_of_the_threads(turns: FairScheduler) -> None:
    slow = [f"slow-{number}" for number in range(100)]
    for name in slow:
        run(turns, name, is_slow=True)

    assert len(take(turns, *slow)) == THREADS // 4
    assert take(turns, *slow, "new") == ["new"]


def test_there_are_never_more_batches_than_threads(turns: FairScheduler) -> None:
    good = [f"good-{number}" for number in range(100)]
    for name in good:
        run(turns, name)

    assert len(take(turns, *good)) == THREADS


def test_a_failing_destination_pauses_longer_and_longer(turns: FairScheduler, clock: Clock) -> None:
    pauses = []
    for _ in range(8):
        run(turns, "a", is_ill=True)
        pauses.append(turns.seconds_to_pause("a"))
        assert turns.choose(["a"]) is None
        clock.now += pauses[-1]
        assert turns.choose(["a"]) == "a"

    assert pauses[:3] == [FIRST_PAUSE_SECONDS, 2 * FIRST_PAUSE_SECONDS, 4 * FIRST_PAUSE_SECONDS]
    assert pauses[-1] == MAX_PAUSE_SECONDS


def test_one_good_response_makes_a_destination_good_again(
    turns: FairScheduler, clock: Clock
) -> None:
    run(turns, "a", is_ill=True)
    clock.now += FIRST_PAUSE_SECONDS
    run(turns, "a")

    assert take(turns, "a") == ["a", "a"]


def test_a_pause_that_was_asked_for_is_kept(turns: FairScheduler, clock: Clock) -> None:
    run(turns, "a", is_ill=True, pause_seconds=3600)

    clock.now += 3599
    assert turns.choose(["a"]) is None
    clock.now += 1
    assert turns.choose(["a"]) == "a"


def test_unknown_destinations_come_before_failed_ones(turns: FairScheduler, clock: Clock) -> None:
    run(turns, "dead", is_ill=True)
    clock.now += FIRST_PAUSE_SECONDS

    assert turns.choose(["dead", "new"]) == "new"
