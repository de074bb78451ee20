"""An HTTP server that pictures are fetched from, with every fault that such servers have."""

import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.support.pictures.pictures import READABLE

JPEG = READABLE["JPEG"]()
OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Return a whole response, as bytes on the wire."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "\r\n"]).encode() + body


def redirect(location: str) -> bytes:
    """Return a redirect to another address."""
    return answer(b"", f"Location: {location}", status="302 Found")


ANSWERS = {
    "/photo": answer(JPEG),
    "/text": answer(b"hello", "Content-Type: image/jpeg"),
    "/empty": answer(b""),
    "/404": answer(b"", status="404 Not Found"),
    "/204": answer(b"", status="204 No Content"),
    "/gzip": answer(gzip.compress(JPEG), "Content-Encoding: gzip"),
    "/to-photo": redirect("/photo"),
    "/to-itself": redirect("/to-itself"),
    "/to-nowhere": redirect(""),
    "/to-nonsense": redirect("http://[bad"),
    "/to-file": redirect("file:///etc/passwd"),
    "/to-localhost": redirect("http://localhost/"),
    "/to-private": redirect("http://10.0.0.1/"),
    "/to-metadata": redirect("http://169.254.169.254/latest"),
    "/500": answer(b"", status="500 Oops"),
    "/short": answer(JPEG)[:-500],
    "/noise": b"\x00\x01\xff\r\n" * 100,
    "/bad-chunk": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "/many-headers": OK + b"X: y\r\n" * 1000 + b"\r\n",
    "/long-header": OK + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
}


class Handler(BaseHTTPRequestHandler):
    """Respond by path; an unknown path is a different photograph each."""

    released: threading.Event

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        slow: dict[str, Callable[[], None]] = {"/hangs": self.hang, "/endless": self.pour}
        if path in slow:
            slow[path]()
        else:
            self.wfile.write(ANSWERS.get(path) or answer(JPEG + self.path.encode()))

    def hang(self) -> None:
        """Send nothing until the origin ends."""
        self.released.wait()

    def pour(self) -> None:
        """Send a picture that never ends."""
        self.wfile.write(OK + b"\r\n" + JPEG)
        try:
            while True:
                self.wfile.write(bytes(100_000))
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


@contextmanager
def serving() -> Iterator[str]:
    """Run an origin; yield its address."""
    released = threading.Event()
    handler = type("Handler", (Handler,), {"released": released})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        released.set()
        server.shutdown()
        thread.join()
        server.server_close()
