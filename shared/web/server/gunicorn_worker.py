"""A gunicorn worker for untrusted clients: a slow client costs a socket, not a thread.

One thread, the poller, gathers requests and watches idle connections. A request goes to a thread
when it is complete, or, with a large body, when the beginning of the body is there. The part of a
response that a client does not accept waits in the poller until there is room.

The poller goes first: threads begin with another request only when it has nothing left to do. It
makes many short system calls, and after each it would wait for its turn among all threads that
compute. When hundreds of clients connect at once, /healthz would wait for seconds with it.
"""

import resource
import selectors
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from http import HTTPStatus
from typing import Any

from gunicorn.errors import AppImportError
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER

from shared.errors import ConfigError
from shared.web.server.connection import (
    BODY_WINDOW_SECONDS,
    HEAD_SECONDS,
    PIECE_BYTES,
    ClientConnection,
)
from shared.web.server.pace import Pace
from shared.web.server.serving import NextStep, RequestServer
from shared.web.server.thread_pools import ThreadPools, WorkKind, kind_of
from shared.web.server.waiting_worker import WaitingWorker

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
# Clients accepted at a time. More would leave fewer for the other processes.
MAX_ACCEPTS = 16
# How long a thread lets the poller go first.
PRECEDENCE_SECONDS = 0.05
# Of all requests being gathered.
MAX_GATHERED_BYTES = 64 * 1024 * 1024
# Open files of a process besides its connections.
OTHER_FILES = 200


class WebWorker(WaitingWorker):
    """A worker that no client can block; it exits with a clear message if a setting is wrong."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_idle = threading.Event()
        self._server = RequestServer(self, self._may_keep_alive)

    def init_process(self) -> None:
        """Start in a process of its own."""
        _allow_open_files(self.worker_connections + OTHER_FILES)
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the app; if a setting is wrong, stop gunicorn with a one-sentence message."""
        try:
            super().load_wsgi()
        except ConfigError as error:
            raise AppImportError(str(error)) from error

    def get_thread_pool(self) -> ThreadPools:
        """Return the thread pools."""
        return ThreadPools(self.cfg.threads)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Handle what clients have done; called by gunicorn's loop."""
        events = self.poller.select(0)
        if not events:
            self._is_idle.set()
            events = self.poller.select(timeout)
            self._is_idle.clear()
        for key, _ in events:
            key.data(key.fileobj)

    def accept(self, listener: socket.socket) -> None:
        """Accept some of the clients that are waiting."""
        for _ in range(MAX_ACCEPTS):
            if not self._accept_one(listener):
                break

    def _accept_one(self, listener: socket.socket) -> bool:
        """Accept a client; return whether one was there.

        If there are too many, close the one that has waited longest.
        """
        if self.nr_conns >= self.worker_connections - 1 and self._waiting:
            self._end(next(iter(self._waiting)))
        try:
            sock, client = listener.accept()
        except BlockingIOError:
            return False  # All are accepted, perhaps by another process.
        except OSError as error:
            self.log.warning("A connection could not be accepted: %s", error)
            return False
        self.nr_conns += 1
        conn = ClientConnection(self.cfg, sock, client, listener.getsockname())
        self._wait(conn, selectors.EVENT_READ, self._gather, conn.pace.seconds_left)
        return True

    def _gather(self, conn: ClientConnection) -> None:
        """Read some of a request, and start it when enough has arrived."""
        now = time.monotonic()
        data = conn.sock.recv(PIECE_BYTES)
        if not data:
            self._on_half(conn)
            return
        if conn.is_idle:
            # The connection may have been idle for long.
            conn.pace = Pace(HEAD_SECONDS)
        else:
            conn.pace.count(len(data), now - conn.waits_since)
        had_head = conn.arrival.has_head
        conn.arrival.take(data)
        self._gathered_bytes += len(data)
        if conn.arrival.is_ready:
            self._take_out(conn)
            self._begin(conn)
            return
        if conn.arrival.is_too_long:
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            self._refuse(conn, status, "The head of the request is too long.")
            return
        if conn.arrival.has_head and not had_head:
            conn.pace = Pace(BODY_WINDOW_SECONDS)
            if conn.arrival.expects_continue:
                conn.sock.send(CONTINUE)
        conn.waits_since = now
        conn.deadline = now + conn.pace.seconds_left
        if self._gathered_bytes > MAX_GATHERED_BYTES:
            self._end(next(other for other in self._waiting if other.arrival.received))

    def _on_half(self, conn: ClientConnection) -> None:
        """Handle the end of a client's input; an incomplete request is answered with the error."""
        self._take_out(conn)
        if conn.arrival.has_head:
            self._begin(conn)
        else:
            self._end(conn)

    def _begin(self, conn: ClientConnection) -> None:
        kind = kind_of(conn.arrival)
        conn.hand_over()
        if kind is WorkKind.LIVENESS:
            # Deferred, so that many requests in one piece do not hold up other clients.
            self.method_queue.defer(self._take_back, conn, self._server.serve(conn, 0))
        else:
            self._submit(kind, self._server.serve, conn)

    def _submit(
        self, kind: WorkKind, work: Callable[[ClientConnection], NextStep], conn: ClientConnection
    ) -> None:
        future = self.tpool.submit(kind, self._in_turn, work, conn)
        future.add_done_callback(
            lambda done: self.method_queue.defer(self.finish_request, conn, done)
        )

    def _in_turn(
        self, work: Callable[[ClientConnection], NextStep], conn: ClientConnection
    ) -> NextStep:
        """Do work, in a pool's thread, once the poller is idle, or soon anyway."""
        self._is_idle.wait(PRECEDENCE_SECONDS)
        return work(conn)

    def _go_on(self, conn: ClientConnection) -> None:
        """Send more of a response, now that there is room."""
        conn.pace.count(0, time.monotonic() - conn.waits_since)
        self._take_out(conn)
        self._submit(WorkKind.ANSWER, self._server.send_rest, conn)

    def finish_request(self, conn: ClientConnection, done: "Future[NextStep]") -> None:
        """Take a connection back from a thread."""
        self._take_back(conn, done.result())

    def _take_back(self, conn: ClientConnection, step: NextStep) -> None:
        try:
            if step is NextStep.ANSWER:
                seconds = conn.pace.seconds_left
                self._wait(conn, selectors.EVENT_WRITE, self._go_on, seconds)
            elif step is NextStep.REQUEST:
                self._await_request(conn)
            else:
                self._linger(conn)
        except Exception:
            self.log.exception("A connection could not go on")
            self._end(conn)

    def _await_request(self, conn: ClientConnection) -> None:
        conn.await_next()
        if conn.arrival.is_ready:
            self._begin(conn)
            return
        self._gathered_bytes += len(conn.arrival.received)
        idle_seconds = self.cfg.keepalive if self.alive else STOP_KEEPALIVE_LINGER
        seconds = idle_seconds if conn.is_idle else HEAD_SECONDS
        self._wait(conn, selectors.EVENT_READ, self._gather, seconds)

    def _may_keep_alive(self) -> bool:
        return self.alive and len(self._waiting) <= self.max_keepalived


def _allow_open_files(files: int) -> None:
    """Raise the limit on open files as far as permitted."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = files if hard == resource.RLIM_INFINITY else min(files, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
