"""A gunicorn worker whose connections wait for their clients in one thread, with deadlines."""

import selectors
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from shared.errors import TooSlow
from shared.web.server.connection import PIECE_BYTES, ClientConnection
from shared.web.server.refusals import write_problem

# A client that is still sending loses the answer if its connection closes, so its input is read
# and discarded for this time.
LINGER_SECONDS = 5.0
SWEEP_SECONDS = 0.5


class WaitingWorker(ThreadWorker):
    """Keeps waiting connections, and closes them politely; all in the poller's thread."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The longest waiting first.
        self._waiting: dict[ClientConnection, None] = {}
        # Bytes of all requests that are still arriving.
        self._gathered_bytes = 0
        self._swept_at = 0.0

    def murder_keepalived(self, force: bool = False) -> None:
        """Close connections whose deadline has passed; called by gunicorn's loop."""
        now = time.monotonic()
        if force:
            for conn in list(self._waiting):
                self._end(conn)
        elif now - self._swept_at > SWEEP_SECONDS:
            self._swept_at = now
            for conn in [conn for conn in self._waiting if conn.deadline <= now]:
                self._give_up(conn)

    def murder_pending(self) -> None:
        """Do nothing: pending connections are handled by `murder_keepalived`."""

    def _cap_keepalive(self, deadline: float) -> None:
        for conn in self._waiting:
            if conn.is_idle:
                conn.deadline = min(conn.deadline, deadline)

    def _wait(
        self,
        conn: ClientConnection,
        event: int,
        go_on: Callable[[ClientConnection], None],
        seconds: float,
    ) -> None:
        """Call a function when the client acts; close the connection after a number of seconds."""

        def on_event(_: socket.socket) -> None:
            try:
                go_on(conn)
            except OSError:
                self._end(conn)  # The client has disconnected.

        conn.waits_since = time.monotonic()
        conn.deadline = conn.waits_since + seconds
        self._waiting[conn] = None
        self.poller.register(conn.sock, event, on_event)

    def _take_out(self, conn: ClientConnection) -> None:
        if conn in self._waiting:
            del self._waiting[conn]
            self.poller.unregister(conn.sock)
        self._gathered_bytes -= len(conn.arrival.received)

    def _end(self, conn: ClientConnection) -> None:
        self._take_out(conn)
        if conn.answer is not None:
            conn.answer.close()
        conn.close()
        self.nr_conns -= 1

    def _give_up(self, conn: ClientConnection) -> None:
        """Close a connection whose deadline has passed.

        Tell the client why if a request was arriving.
        """
        if not conn.is_ending and conn.answer is None and conn.arrival.received:
            self._refuse(conn, HTTPStatus.REQUEST_TIMEOUT, str(TooSlow()))
        else:
            self._end(conn)

    def _refuse(self, conn: ClientConnection, status: HTTPStatus, detail: str) -> None:
        with suppress(OSError):
            write_problem(conn.sock, status, status.phrase, detail)
        self._take_out(conn)
        self._linger(conn)

    def _linger(self, conn: ClientConnection) -> None:
        """Let the client receive the whole answer before the connection closes."""
        conn.is_ending = True
        conn.arrival.received = bytearray()
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._end(conn)
        else:
            self._wait(conn, selectors.EVENT_READ, self._discard, LINGER_SECONDS)

    def _discard(self, conn: ClientConnection) -> None:
        if not conn.sock.recv(PIECE_BYTES):
            self._end(conn)
