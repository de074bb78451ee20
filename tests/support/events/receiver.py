"""A receiver of events that misbehaves on request."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CHUNK = bytes(1024 * 1024)
TEN_GIGABYTES = 10 * 1024**3
DRIP_SECONDS = 0.2


@dataclass
class Receiver:
    """A running server: what it has received so far, and how it responds.

    clients: the address that each message came from; another one for each connection.
    answers: by path, what writes the answer; a path without one gets 204.
    """

    url: str = ""
    messages: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    clients: list[tuple[str, int]] = field(default_factory=list)
    answers: dict[str, Callable[["Handler"], None]] = field(default_factory=dict)
    bytes_sent: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def received(self, path: str) -> list[tuple[dict[str, str], bytes]]:
        """Return headers and body of every message to a path, the oldest first."""
        return [(headers, body) for at, headers, body in list(self.messages) if at == path]


class Handler(BaseHTTPRequestHandler):
    """Record the request, then respond as the receiver is set to."""

    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.receiver.clients.append(self.client_address)
        self.receiver.messages.append((self.path, headers, body))
        self.receiver.answers.get(self.path, status(204))(self)

    def do_GET(self) -> None:
        """Respond that the picture is gone for good: a 404 would be requested again."""
        status(410)(self)

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


def status(code: int, **headers: str) -> Callable[[Handler], None]:
    """Return a response without a body; underscores in the names of headers become hyphens."""

    def answer(handler: Handler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def hang(handler: Handler) -> None:
    """Send nothing until the test is over."""
    handler.receiver.over.wait()
    handler.close_connection = True


def drip(handler: Handler) -> None:
    """Send endless headers, one byte at a time."""
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not handler.receiver.over.wait(DRIP_SECONDS):
            handler.wfile.write(b"y")
    except OSError:
        handler.close_connection = True


def pour(handler: Handler) -> None:
    """Accept the message, and respond with 10 GB."""
    try:
        handler.send_response(200)
        handler.send_header("Content-Length", str(TEN_GIGABYTES))
        handler.end_headers()
        for _ in range(TEN_GIGABYTES // len(CHUNK)):
            handler.wfile.write(CHUNK)
            handler.receiver.bytes_sent += len(CHUNK)
    except OSError:
        handler.close_connection = True


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver during the block."""
    receiver = Receiver()
    handler = type("OwnHandler", (Handler,), {"receiver": receiver})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    scheme = "http" if tls is None else "https"
    receiver.url = f"{scheme}://127.0.0.1:{server.server_port}"
    try:
        yield receiver
    finally:
        receiver.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
