"""Thread pools of a web process, one per lane: no lane can use up the threads of another."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum
from typing import Any

from shared.web.server.arrival import Arrival


class Lane(Enum):
    """A kind of work."""

    PLAIN = "complete requests"
    UPLOAD = "requests whose body is still arriving"
    ANSWER = "the rest of responses to slow clients"
    LIVENESS = "/healthz, which the poller answers itself"
    PROBE = "/readyz and /metrics"


UPLOAD_THREADS = 12
ANSWER_THREADS = 4
# Enough for two health checks that hang, and one more.
PROBE_THREADS = 3

_PROBES: Mapping[bytes, Lane] = {
    b"/healthz": Lane.LIVENESS,
    b"/readyz": Lane.PROBE,
    b"/metrics": Lane.PROBE,
}


def lane_of(arrival: Arrival) -> Lane:
    """Return the lane of a request."""
    if not arrival.is_whole:
        return Lane.UPLOAD
    return _PROBES.get(arrival.path, Lane.PLAIN)


class ThreadLanes:
    """A thread pool for each lane but liveness."""

    def __init__(self, plain_threads: int) -> None:
        threads = {
            Lane.PLAIN: plain_threads,
            Lane.UPLOAD: UPLOAD_THREADS,
            Lane.ANSWER: ANSWER_THREADS,
            Lane.PROBE: PROBE_THREADS,
        }
        self._pools = {
            lane: ThreadPoolExecutor(count, thread_name_prefix=lane.name.lower())
            for lane, count in threads.items()
        }

    def submit(self, lane: Lane, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Submit work to a lane."""
        return self._pools[lane].submit(work, *arguments)

    def shutdown(self, wait: bool = True) -> None:
        """Accept no more work."""
        for pool in self._pools.values():
            pool.shutdown(wait=wait)
