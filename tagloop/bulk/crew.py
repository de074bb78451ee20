"""Threads that work together, stop together, and report their errors to the waiting thread."""

import queue
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from tagloop.bulk.patience import Stopped

# How often a waiting thread checks whether it should stop.
STOP_CHECK_SECONDS = 0.2
STOP_SECONDS = 5.0

T = TypeVar("T")


class Crew:
    """A group of threads with one stop flag; `on_error` gets the error that ends a thread."""

    def __init__(self, on_error: Callable[[Exception], None]) -> None:
        self.stop = threading.Event()
        self._on_error = on_error
        self._threads: list[threading.Thread] = []

    def start(self, work: Callable[[], None]) -> threading.Thread:
        """Do the work in a separate thread."""
        # A request that hangs must not keep the program from ending.
        thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def end(self) -> None:
        """Ask all to stop, and give them a moment to finish requests in progress."""
        self.stop.set()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            # Ctrl-C may have interrupted the start of one, which then cannot be joined.
            if thread.is_alive():
                thread.join(max(0.0, deadline - time.monotonic()))

    def put(self, target: queue.Queue[T], item: T) -> None:
        """Put an item into a queue as soon as there is room;

        raises Stopped if the crew stops first.
        """
        while not self.stop.is_set():
            try:
                target.put(item, timeout=STOP_CHECK_SECONDS)
            except queue.Full:
                continue
            return
        raise Stopped

    def get(self, source: queue.Queue[T]) -> T:
        """Take the next item of a queue; raises Stopped if the crew stops first."""
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
