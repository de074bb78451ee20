"""Share one piece of work between concurrent callers, and remember failures."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock

from shared.errors import DamagedPicture

FAILURES_KEPT = 1000


class Once:
    """Runs each piece of work once at a time. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._under_way: dict[Hashable, Future[bytes]] = {}
        self._failed: OrderedDict[Hashable, str] = OrderedDict()

    def do(self, name: Hashable, work: Callable[[], bytes]) -> bytes:
        """Return the result of `work`, or that of a concurrent call with the same name.

        Work on a damaged picture is not repeated.

        Raises:
            Exception: what `work` raises, in every caller.
        """
        with self._lock:
            if name in self._failed:
                raise DamagedPicture(self._failed[name])
            future = self._under_way.get(name)
            is_first = future is None
            if future is None:
                future = self._under_way[name] = Future()
        if is_first:
            self._work(name, work, future)
        return future.result()

    def _work(self, name: Hashable, work: Callable[[], bytes], future: Future[bytes]) -> None:
        try:
            result = work()
        except BaseException as error:
            with self._lock:
                del self._under_way[name]
                if isinstance(error, DamagedPicture):
                    self._failed[name] = str(error)
                    if len(self._failed) > FAILURES_KEPT:
                        self._failed.popitem(last=False)
            future.set_exception(error)
        else:
            with self._lock:
                del self._under_way[name]
            future.set_result(result)
