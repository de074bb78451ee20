"""Clients that keep connections for as long as they can."""

import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECT_SECONDS = 10.0
# Between two bytes of one client; well within what other servers allow.
DRIP_SECONDS = 2.0
BODY_BYTES = 1_000_000
LARGE_BYTES = 2_000_000
# The kernel rounds it up to a few KiB: little of a file fits into a client's own buffer.
RECEIVE_BUFFER_BYTES = 4096


@dataclass(frozen=True)
class Manner:
    """How a client behaves. opening: sent at once. drip: then sent, or if empty a byte is read."""

    opening: bytes
    drip: bytes


def unfinished_head() -> Manner:
    """Return a head that goes on and on."""
    return Manner(b"GET /v1/images HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", b"x")


def slow_body() -> Manner:
    """Return a body that nobody needs a key to send."""
    head = "POST /v1/webhooks/standard HTTP/1.1\r\nHost: localhost\r\n"
    return Manner(f"{head}Content-Length: {BODY_BYTES}\r\n\r\n".encode(), b"x")


def slow_chunks() -> Manner:
    """Return the same of no known length, a byte a chunk."""
    head = "POST /v1/webhooks/standard HTTP/1.1\r\nHost: localhost\r\n"
    return Manner(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode(), b"1\r\nx\r\n")


def slow_large_body() -> Manner:
    """Return an upload whose beginning is large enough to be worked on, and then drips."""
    head = "POST /v1/images HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n"
    opening = f"{head}Content-Length: {10 * LARGE_BYTES}\r\n\r\n".encode()
    return Manner(opening + bytes(LARGE_BYTES), b"x")


def slow_reader(path: str, key: str = "") -> Manner:
    """Asks for a file and takes it byte by byte."""
    credentials = f"Authorization: Bearer {key}\r\n" if key else ""
    return Manner(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{credentials}\r\n".encode(), b"")


@contextmanager
def crowd(address: str, manners: list[Manner], connections: int) -> Iterator[Callable[[], int]]:
    """Keep so many connections busy, in turn in each manner; those that are ended come again.

    Gives a function that tells how often the server has ended one so far.
    """
    members = [_Member(address, manners[number % len(manners)]) for number in range(connections)]
    stop = threading.Event()
    thread = threading.Thread(target=_drip, args=(members, stop), daemon=True)
    with ExitStack() as stack:
        for member in members:
            stack.callback(member.close)
            member.connect()
        thread.start()
        try:
            yield lambda: sum(member.ended for member in members)
        finally:
            stop.set()
            thread.join()


def _drip(members: list["_Member"], stop: threading.Event) -> None:
    while not stop.wait(DRIP_SECONDS):
        for member in members:
            member.go_on()


class _Member:
    """One client of a crowd. ended: how often the server has ended its connection."""

    def __init__(self, address: str, manner: Manner) -> None:
        parts = urlsplit(address)
        self._server = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._manner = manner
        self._socket: socket.socket | None = None
        self.ended = 0

    def connect(self) -> None:
        """Come, and say how it begins."""
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        self._socket.settimeout(CONNECT_SECONDS)
        with suppress(OSError):
            self._socket.connect(self._server)
            self._socket.sendall(self._manner.opening)
        self._socket.setblocking(False)

    def go_on(self) -> None:
        """Send or read a byte; come again if the server has had enough."""
        try:
            assert self._socket is not None
            if self._manner.drip:
                self._socket.send(self._manner.drip)
                is_over = _has_answer(self._socket)
            else:
                is_over = not self._socket.recv(1)
        except BlockingIOError:
            is_over = False
        except OSError:
            is_over = True
        if is_over:
            self.ended += 1
            self.close()
            self.connect()

    def close(self) -> None:
        """Leave."""
        if self._socket is not None:
            self._socket.close()


def _has_answer(client: socket.socket) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_READ)
        return bool(selector.select(0))
