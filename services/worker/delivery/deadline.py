"""A limit on a whole conversation: a socket's own time-out begins anew with every byte."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def cut_off(connection: socket.socket, seconds: float) -> Iterator[threading.Event]:
    """End a connection that the block still uses after so many seconds.

    Whatever reads from it or writes to it then fails at once. Yields an event that tells whether
    that has happened.
    """
    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        # Of the plain socket: TLS would first want to say good-bye.
        with suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, seconds), cut)
    timer.daemon = True
    timer.start()
    try:
        yield is_over
    finally:
        timer.cancel()
