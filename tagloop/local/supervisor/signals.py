"""Signals as something that one loop can wait for, without missing one or waking up for nothing."""

import select
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WAKE_BYTES = 4096


class SignalWatch:
    """Counts requests to stop; `pause` ends early at such a request or when a child ends."""

    def __init__(self) -> None:
        self.stop_requests = 0
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)

    def pause(self, seconds: float | None) -> None:
        """Wait for a signal, at most the given time in seconds (None: as long as it takes)."""
        readable, _, _ = select.select([self._reader], [], [], seconds)
        if readable:
            self._reader.recv(WAKE_BYTES)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Take over the stop signals and SIGCHLD, and give them back; main thread only."""
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
        """Only the wake-up byte matters; without a handler SIGCHLD would not write one."""
