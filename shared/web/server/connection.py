"""A client's connection that never blocks a thread for long."""

import select
import socket
import time
from collections import deque
from contextlib import suppress
from itertools import islice
from typing import Any

from gunicorn.http import get_parser
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn

from shared.errors import TooSlow
from shared.web.server.arrival import Arrival
from shared.web.server.pace import Pace

# Maximum size of one read.
PIECE_BYTES = 64 * 1024
# The kernel buffers no more than this, so what it takes shows how fast a client reads.
MAX_UNSENT_BYTES = 128 * 1024
# The head and a small body are sent together.
MAX_PIECES = 16
# For a whole head.
HEAD_SECONDS = 10.0
# For each 32 KiB of a body. A slow reader holds no thread, so it gets more time.
BODY_WINDOW_SECONDS = 10.0
ANSWER_WINDOW_SECONDS = 30.0


class ClientConnection(TConn):
    """One client. Its socket never blocks.

    arrival: the incoming request. answer: the outgoing response, if any. pace: of the current
    transfer. is_ending: further input is discarded. waits_since, deadline: in the poller, as
    time.monotonic().
    """

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        # Unix sockets lack this option.
        with suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, MAX_UNSENT_BYTES)
        self.parser = get_parser(cfg, sock, client)
        self.parser.unreader = PacedReader(sock)
        self.arrival = Arrival()
        self.pace = Pace(HEAD_SECONDS)
        self.answer: Any = None
        self.is_ending = False
        self.waits_since = 0.0
        self.deadline = 0.0

    @property
    def is_idle(self) -> bool:
        """Whether no request of the client is in progress."""
        return self.answer is None and not self.arrival.received

    def await_next(self) -> None:
        """Begin to gather the next request, with bytes already received after the last one."""
        self.answer = None
        self.arrival = Arrival()
        self.pace = Pace(HEAD_SECONDS)
        if early := self.parser.unreader.take_buffered():
            self.arrival.take(early)

    def hand_over(self) -> None:
        """Give the parser the gathered bytes; it reads the rest itself, at the same pace."""
        self.parser.unreader.unread(bytes(self.arrival.received))
        self.parser.unreader.pace = Pace(BODY_WINDOW_SECONDS)
        self.arrival.received = bytearray()
        self.pace = Pace(ANSWER_WINDOW_SECONDS)


class PacedReader(SocketUnreader):
    """Reads a body in a worker thread while the client keeps its pace."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.pace = Pace(BODY_WINDOW_SECONDS)

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Return some bytes; none at the end.

        Raises:
            TooSlow: they did not arrive in time.
        """
        size = max(self.mxchunk, min(size_hint or 0, PIECE_BYTES))
        began_at = time.monotonic()
        while True:
            try:
                data: bytes = self.sock.recv(size)
            except BlockingIOError:
                left = self.pace.seconds_left - (time.monotonic() - began_at)
                if left <= 0 or not _wait_for(self.sock, select.POLLIN, left):
                    raise TooSlow from None
                continue
            self.pace.count(len(data), time.monotonic() - began_at)
            return data


class Outgoing:
    """Bytes to be sent. Passed to the server's own code in place of a socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._pieces: deque[memoryview] = deque()
        self.sent_bytes = 0

    def sendall(self, data: bytes) -> None:
        """Queue bytes to be sent."""
        if data:
            self._pieces.append(memoryview(data))

    def flush(self, patience_seconds: float) -> bool:
        """Send what the client accepts; return whether everything is sent.

        patience_seconds: how long to wait for a client that accepts nothing.

        Raises:
            OSError: the client has disconnected.
        """
        while self._pieces:
            try:
                sent = self._sock.sendmsg(islice(self._pieces, MAX_PIECES))
            except BlockingIOError:
                if patience_seconds <= 0 or not _wait_for(
                    self._sock, select.POLLOUT, patience_seconds
                ):
                    return False
            else:
                self.sent_bytes += sent
                self._forget(sent)
        return True

    def _forget(self, sent: int) -> None:
        while sent > 0:
            piece = self._pieces.popleft()
            if len(piece) > sent:
                self._pieces.appendleft(piece[sent:])
            sent -= len(piece)


def _wait_for(sock: socket.socket, event: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(sock, event)
    return bool(poll.poll(seconds * 1000))
