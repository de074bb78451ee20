"""Share threads among destinations, so that slow or dead receivers do not delay fast ones."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

# A destination whose last batch went well may have several connections; others have one.
MAX_AT_ONCE = 4
FIRST_PAUSE_SECONDS = 2.0
MAX_PAUSE_SECONDS = 60.0
# Above this number, idle destinations are forgotten.
MAX_REMEMBERED = 10_000


@dataclass
class DestinationState:
    """What this process knows about a destination.

    last_outcome: how its last batch ended; "costly" means that it failed or was slow.
    at_once: batches that may run at the same time; more than one only after a good one.
    served: the number of its last batch. paused_until: time on the clock, in seconds.
    """

    running: int = 0
    at_once: int = 1
    last_outcome: Literal["unknown", "good", "costly"] = "unknown"
    failures: int = 0
    served: int = 0
    paused_until: float = 0.0


class FairScheduler:
    """Shares a number of threads among destinations. Not thread-safe.

    Destinations whose last batch did not go well share half of the threads, so the other half
    always serves the good ones. Destinations that failed or were slow share a quarter, so a new
    destination always finds a thread.
    """

    def __init__(self, threads: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._threads = threads
        self._clock = clock
        self._states: dict[str, DestinationState] = {}
        self._number = 0

    def choose(self, due: Iterable[str]) -> str | None:
        """Return the destination that has waited longest and may start a batch now.

        None if there is none.
        """
        running: Counter[str] = Counter()
        for state in self._states.values():
            running[state.last_outcome] += state.running
        if running.total() >= self._threads:
            return None
        doubtful = running["unknown"] + running["costly"]
        has_room = {
            "good": True,
            "unknown": doubtful < self._threads // 2,
            "costly": doubtful < self._threads // 2 and running["costly"] < self._threads // 4,
        }
        now = self._clock()
        chosen: str | None = None
        best: tuple[int, int, int] | None = None
        for destination in due:
            state = self._states.get(destination, DestinationState())
            if state.running >= state.at_once or state.paused_until > now:
                continue
            if not has_room[state.last_outcome]:
                continue
            # Failed destinations come after unknown ones.
            rank = (state.running, min(state.failures, 1), state.served)
            if best is None or rank < best:
                chosen, best = destination, rank
        return chosen

    def begin(self, destination: str) -> None:
        """Note that a batch for the destination starts."""
        self._number += 1
        state = self._states.setdefault(destination, DestinationState())
        state.running += 1
        state.served = self._number
        self._forget()

    def end(
        self, destination: str, *, is_ill: bool, is_slow: bool = False, pause_seconds: float = 0.0
    ) -> None:
        """Note that a batch has ended.

        pause_seconds: the pause that the receiver asked for.
        """
        state = self._states[destination]
        state.running -= 1
        state.last_outcome = "costly" if is_ill or is_slow else "good"
        if is_ill:
            state.at_once = 1
            own_pause = min(FIRST_PAUSE_SECONDS * 2**state.failures, MAX_PAUSE_SECONDS)
            # More doublings would pass MAX_PAUSE_SECONDS.
            state.failures = min(state.failures + 1, 10)
            pause_seconds = max(pause_seconds, own_pause)
        else:
            state.failures = 0
            state.at_once = min(state.at_once + 1, MAX_AT_ONCE)
        state.paused_until = max(state.paused_until, self._clock() + pause_seconds)

    def seconds_to_pause(self, destination: str) -> float:
        """Return the seconds until the destination may be tried again."""
        state = self._states.get(destination, DestinationState())
        return max(0.0, state.paused_until - self._clock())

    def _forget(self) -> None:
        if len(self._states) > MAX_REMEMBERED:
            idle = [name for name, state in self._states.items() if not state.running]
            for name in sorted(idle, key=lambda name: self._states[name].served)[
                : MAX_REMEMBERED // 10
            ]:
                del self._states[name]
