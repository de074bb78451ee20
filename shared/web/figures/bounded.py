"""Call a function that may hang, without hanging as well."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

import structlog

from shared.errors import TagloopError

Answer = TypeVar("Answer")

log = structlog.get_logger(__name__)


class BoundedCall(Generic[Answer]):
    """Calls a function in a separate thread and waits for it for a limited time. Thread-safe.

    While a call hangs, no second one is begun: later callers wait for the same one.
    """

    def __init__(
        self,
        ask: Callable[[], Answer],
        seconds: float,
        *,
        keep_seconds: float = 0,
        rest_seconds: float = 0,
    ) -> None:
        """seconds: how long to wait.

        keep_seconds: how old an answer may be that replaces a late one. rest_seconds: the pause
        between an answer and the next call.
        """
        self._ask = ask
        self._seconds = seconds
        self._keep_seconds = keep_seconds
        self._rest_seconds = rest_seconds
        self._lock = threading.Lock()
        self._executor: ThreadPoolExecutor | None = None
        self._pending: Future[Answer] | None = None
        self._asked_at = 0.0
        self._last: tuple[Answer, float] | None = None

    def start(self) -> None:
        """Begin a call; `get` waits for the answer."""
        if self._recent(self._rest_seconds) is None:
            self._submit()

    def get(self) -> Answer | None:
        """Return the answer; None if it does not come in time, or the service does not answer."""
        if (recent := self._recent(self._rest_seconds)) is not None:
            return recent
        pending = self._submit()
        try:
            # Of several calls that were begun together, none waits for longer than that in all.
            waited = time.monotonic() - self._asked_at
            return pending.result(max(0.0, self._seconds - waited))
        except TimeoutError:
            log.warning("no answer in time", asked=self._ask.__qualname__, seconds=self._seconds)
            return self._recent(self._keep_seconds)
        except TagloopError as error:
            log.warning("no answer", asked=self._ask.__qualname__, reason=str(error))
            return None

    def _recent(self, seconds: float) -> Answer | None:
        last = self._last
        return last[0] if last is not None and time.monotonic() - last[1] < seconds else None

    def _submit(self) -> Future[Answer]:
        with self._lock:
            if self._executor is None:
                # Not in __init__: a thread does not survive the fork into a web worker.
                self._executor = ThreadPoolExecutor(1)
            if self._pending is None or self._pending.done():
                self._asked_at = time.monotonic()
                self._pending = self._executor.submit(self._ask_and_remember)
            return self._pending

    def _ask_and_remember(self) -> Answer:
        answer = self._ask()
        self._last = answer, time.monotonic()
        return answer
