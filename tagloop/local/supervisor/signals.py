"""Wait for signals in one loop, without missing one or waking up without one."""

import select
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WAKE_BYTES = 4096


class SignalWatch:
    """Counts requests to stop. `pause` returns early at a request or when a child ends."""

    def __init__(self) -> None:
        self.stop_requests = 0
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)

    def pause(self, seconds: float | None) -> None:
        """Wait for a signal, at most this many seconds (None: without limit)."""
        readable, _, _ = select.select([self._reader], [], [], seconds)
        if readable:
            self._reader.recv(WAKE_BYTES)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Handle the stop signals and SIGCHLD while the block runs. Main thread only."""
        handlers = {number: signal.signal(number, self._on_stop) for number in STOP_SIGNALS}
        handlers[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, self._on_child)
        # The wake-up byte is written before any handler runs, so no signal falls between a look
        # at the state and the wait.
        previous = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(previous)
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def close(self) -> None:
        """Close both ends of the wake-up channel."""
        self._reader.close()
        self._writer.close()

    def _on_stop(self, number: int, frame: object) -> None:
        self.stop_requests += 1

    def _on_child(self, number: int, frame: object) -> None:
        """Do nothing: only the wake-up byte matters, and without a handler SIGCHLD would not write
        one.
        """
