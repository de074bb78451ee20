"""One time limit for everything that happens on a connection.

A socket's time-out starts again with every byte, so a server that sends its headers one byte at a
time never exceeds it.
"""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Any

from shared.errors import OriginUnavailable
from shared.fetch.connect import connect


class Cutoff:
    """Closes the connections that it watches when the time is up."""

    def __init__(self, seconds: float) -> None:
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._is_over = False

    def __enter__(self) -> "Cutoff":
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for watched in self._sockets:
                watched.close()
            self._sockets.clear()

    def check(self) -> None:
        """Raise if the time is up: what arrived later may be incomplete.

        Raises:
            OriginUnavailable: the time is up.
        """
        if self._is_over:
            raise OriginUnavailable("The server took too long to send the picture.")

    def watching(self, connection_class: Any) -> Any:
        """Return a class of urllib3 connections like the given one that are watched."""
        watch = self._watch

        class WatchedConnection(connection_class):
            def _new_conn(self) -> socket.socket:
                made = connect(self)
                watch(made)
                return made

        return WatchedConnection

    def _watch(self, made: socket.socket) -> None:
        # A duplicate, because TLS takes over the descriptor of the socket that it wraps.
        with self._lock:
            self._sockets.append(made.dup())
            if self._is_over:
                self._break_all()

    def _cut(self) -> None:
        with self._lock:
            self._is_over = True
            self._break_all()

    def _break_all(self) -> None:
        for watched in self._sockets:
            # The server may have closed it already.
            with contextlib.suppress(OSError):
                watched.shutdown(socket.SHUT_RDWR)
