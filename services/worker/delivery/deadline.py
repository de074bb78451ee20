"""A time limit on a whole connection: a socket's own time-out restarts with every byte."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def cut_off(connection: socket.socket, seconds: float) -> Iterator[threading.Event]:
    """Close a connection if the block still uses it after this many seconds.

    Reads and writes then fail at once. Yields an event that is set when the connection was closed.
    """
    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        # Shut the plain socket: closing TLS would send a message first.
        with suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, seconds), cut)
    timer.daemon = True
    timer.start()
    try:
        yield is_over
    finally:
        timer.cancel()
