"""Pictures a second, in rounds of a fixed length, so that a run ends in time on any device."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.results.stats import Figure


@dataclass(frozen=True)
class Rounds:
    """How long to measure: the number of rounds, and seconds in each."""

    count: int
    seconds: float


FULL = Rounds(count=3, seconds=0.5)
SMALL = Rounds(count=1, seconds=0.05)
WARM_UP_CALLS = 3


def measure(
    label: str,
    run: Callable[[], object],
    pictures: int,
    rounds: Rounds,
    finish: Callable[[], object] = lambda: None,
) -> Figure:
    """Call `run` repeatedly; return pictures a second.

    pictures: of one call. finish: waits for the device, because a launch returns before its work
    is done.
    """
    for _ in range(WARM_UP_CALLS):
        run()
    return Figure(
        label,
        label,
        "images/s",
        tuple(_rate(run, pictures, rounds.seconds, finish) for _ in range(rounds.count)),
    )


def _rate(
    run: Callable[[], object], pictures: int, seconds: float, finish: Callable[[], object]
) -> float:
    finish()
    started = time.perf_counter()
    done = 0
    # Half of the time is for launching: what was launched takes a while longer.
    while done == 0 or time.perf_counter() - started < seconds / 2:
        run()
        done += pictures
    finish()
    return done / (time.perf_counter() - started)
