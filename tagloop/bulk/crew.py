"""Threads that work together, stop together, and tell their errors to the one who waits."""

import queue
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from tagloop.bulk.patience import Stopped

# How often a thread that waits for another looks whether it should stop.
STOP_CHECK_SECONDS = 0.2
STOP_SECONDS = 5.0

T = TypeVar("T")


class Crew:
    """A group of threads with one stop flag; `on_error` is told of an error that ends a thread."""

    def __init__(self, on_error: Callable[[Exception], None]) -> None:
        self.stop = threading.Event()
        self._on_error = on_error
        self._threads: list[threading.Thread] = []

    def start(self, work: Callable[[], None]) -> threading.Thread:
        """Do the work in a thread of its own."""
        # A request that hangs must not keep the program from ending.
        thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def end(self) -> None:
        """Ask all to stop, and give them a moment to finish what is on its way."""
        self.stop.set()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            # Ctrl-C may have come in the middle of starting one, which then cannot be joined.
            if thread.is_alive():
                thread.join(max(0.0, deadline - time.monotonic()))

    def put(self, target: queue.Queue[T], item: T) -> None:
        """Hand an item on as soon as there is room; raises Stopped when the crew stops first."""
        while not self.stop.is_set():
            try:
                target.put(item, timeout=STOP_CHECK_SECONDS)
            except queue.Full:
                continue
            return
        raise Stopped

    def get(self, source: queue.Queue[T]) -> T:
        """Take the next item; raises Stopped when the crew stops first."""
        while not self.stop.is_set():
            try:
                return source.get(timeout=STOP_CHECK_SECONDS)
            except queue.Empty:
                continue
        raise Stopped

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Stopped:
            return
        except Exception as error:
            self._on_error(error)
