"""Clients that hold connections as long as they can."""

import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECT_SECONDS = 10.0
# Between two bytes of one client; other servers accept this.
DRIP_SECONDS = 2.0
BODY_BYTES = 1_000_000
LARGE_BYTES = 2_000_000
# Rounded up to a few KiB by the kernel: a client's own buffer holds little of a file.
RECEIVE_BUFFER_BYTES = 4096


@dataclass(frozen=True)
class ClientBehaviour:
    """How a client behaves.

    opening: sent first. drip: then sent repeatedly; if empty, a byte is read.
    """

    opening: bytes
    drip: bytes


def unfinished_head() -> ClientBehaviour:
    """Return a client that never finishes its head."""
    return ClientBehaviour(b"GET /v1/images HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", b"x")


def slow_body() -> ClientBehaviour:
    """Return a client that slowly sends a body, to a path that needs no key."""
    head = "POST /v1/webhooks/standard HTTP/1.1\r\nHost: localhost\r\n"
    return ClientBehaviour(f"{head}Content-Length: {BODY_BYTES}\r\n\r\n".encode(), b"x")


def slow_chunks() -> ClientBehaviour:
    """Return a client that slowly sends a chunked body, a byte per chunk."""
    head = "POST /v1/webhooks/standard HTTP/1.1\r\nHost: localhost\r\n"
    return ClientBehaviour(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode(), b"1\r\nx\r\n")


def slow_large_body() -> ClientBehaviour:
    """Return a client that uploads the beginning of a large body quickly and the rest slowly."""
    head = "POST /v1/images HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n"
    opening = f"{head}Content-Length: {10 * LARGE_BYTES}\r\n\r\n".encode()
    return ClientBehaviour(opening + bytes(LARGE_BYTES), b"x")


def slow_reader(path: str, key: str = "") -> ClientBehaviour:
    """Return a client that requests a file and reads it byte by byte."""
    credentials = f"Authorization: Bearer {key}\r\n" if key else ""
    return ClientBehaviour(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{credentials}\r\n".encode(), b""
    )


@contextmanager
def crowd(
    address: str, behaviours: list[ClientBehaviour], connections: int
) -> Iterator[Callable[[], int]]:
    """Keep a number of connections busy, with each behaviour in turn; closed ones reconnect.

    Yields a function that returns how many connections the server has closed so far.
    """
    members = [
        _Member(address, behaviours[number % len(behaviours)]) for number in range(connections)
    ]
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
    """One client of a crowd. ended: how often the server has closed its connection."""

    def __init__(self, address: str, behaviour: ClientBehaviour) -> None:
        parts = urlsplit(address)
        self._server = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._behaviour = behaviour
        self._socket: socket.socket | None = None
        self.ended = 0

    def connect(self) -> None:
        """Connect and send the opening."""
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        self._socket.settimeout(CONNECT_SECONDS)
        with suppress(OSError):
            self._socket.connect(self._server)
            self._socket.sendall(self._behaviour.opening)
        self._socket.setblocking(False)

    def go_on(self) -> None:
        """Send or read a byte; reconnect if the server has closed the connection."""
        try:
            assert self._socket is not None
            if self._behaviour.drip:
                self._socket.send(self._behaviour.drip)
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
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()


def _has_answer(client: socket.socket) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_READ)
        return bool(selector.select(0))
