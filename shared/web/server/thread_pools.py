"""Thread pools of a web process, one for each kind of work: none can use up another's threads."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum
from typing import Any

from shared.web.server.arrival import Arrival


class WorkKind(Enum):
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

_PROBES: Mapping[bytes, WorkKind] = {
    b"/healthz": WorkKind.LIVENESS,
    b"/readyz": WorkKind.PROBE,
    b"/metrics": WorkKind.PROBE,
}


def kind_of(arrival: Arrival) -> WorkKind:
    """Return the kind of work that a request is."""
    if not arrival.is_whole:
        return WorkKind.UPLOAD
    return _PROBES.get(arrival.path, WorkKind.PLAIN)


class ThreadPools:
    """A thread pool for each kind of work but liveness."""

    def __init__(self, plain_threads: int) -> None:
        threads = {
            WorkKind.PLAIN: plain_threads,
            WorkKind.UPLOAD: UPLOAD_THREADS,
            WorkKind.ANSWER: ANSWER_THREADS,
            WorkKind.PROBE: PROBE_THREADS,
        }
        self._pools = {
            kind: ThreadPoolExecutor(count, thread_name_prefix=kind.name.lower())
            for kind, count in threads.items()
        }

    def submit(self, kind: WorkKind, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Submit work to the pool of its kind."""
        return self._pools[kind].submit(work, *arguments)

    def shutdown(self, wait: bool = True) -> None:
        """Accept no more work."""
        for pool in self._pools.values():
            pool.shutdown(wait=wait)
