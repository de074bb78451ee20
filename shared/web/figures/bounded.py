"""Asking something that may hang, without hanging as well."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

import structlog

from shared.errors import TagloopError

Answer = TypeVar("Answer")

log = structlog.get_logger(__name__)


class BoundedCall(Generic[Answer]):
    """Calls a function in a thread of its own and waits so long at most. Safe for threads.

    While a call hangs, no second one is begun: the next who ask wait for the same one.
    """

    def __init__(self, ask: Callable[[], Answer], seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds
        self._lock = threading.Lock()
        self._executor: ThreadPoolExecutor | None = None
        self._pending: Future[Answer] | None = None

    def start(self) -> None:
        """Ask now; `get` waits for the answer."""
        self._submit()

    def get(self) -> Answer | None:
        """The answer; None where there was none in time, or the service is away."""
        pending = self._submit()
        try:
            return pending.result(self._seconds)
        except TimeoutError:
            log.warning("no answer in time", asked=self._ask.__qualname__, seconds=self._seconds)
        except TagloopError as error:
            log.warning("no answer", asked=self._ask.__qualname__, reason=str(error))
        return None

    def _submit(self) -> Future[Answer]:
        with self._lock:
            if self._executor is None:
                # Not in __init__: a thread does not survive the fork into a web worker.
                self._executor = ThreadPoolExecutor(1)
            if self._pending is None or self._pending.done():
                self._pending = self._executor.submit(self._ask)
            return self._pending
