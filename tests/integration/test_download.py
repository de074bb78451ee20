"""Downloads from servers that mean well and from others."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shared.errors import FetchFailed, OriginUnavailable, TagloopError, TooManyBytes, UnsafeUrl
from shared.fetch import download

ALLOWED = frozenset({"127.0.0.1"})
MOST_BYTES = 1000
SECONDS = 1.0
OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


@contextmanager
def server(answer: bytes, hold: bool = False) -> Iterator[str]:
    """Gives every caller the same bytes, then hangs up or says nothing more. Yields its URL."""
    over = threading.Event()

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(answer)
                if hold:
                    over.wait()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def fetch(url: str) -> bytes:
    with download(url, ALLOWED, MOST_BYTES, SECONDS) as file:
        return file.read()


def redirect(location: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


def test_the_bytes_arrive_as_they_are() -> None:
    picture = bytes(range(256))

    with server(OK + b"Content-Length: 256\r\n\r\n" + picture) as url:
        assert fetch(f"{url}/a%20b?c=d") == picture


def test_a_redirect_is_followed() -> None:
    with server(OK + b"\r\npicture") as target, server(redirect(f"{target}/a.jpg")) as url:
        assert fetch(url) == b"picture"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (redirect("http://10.0.0.1/a.jpg"), UnsafeUrl),
        (redirect("file:///etc/passwd"), UnsafeUrl),
        (redirect("http://localhost:22/"), UnsafeUrl),
        (redirect("http://[::1"), FetchFailed),
        (redirect("/again"), FetchFailed),
        (redirect(""), FetchFailed),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", FetchFailed),
        (b"HTTP/1.1 204 No Content\r\n\r\n", FetchFailed),
        (b"HTTP/1.1 429 Slow Down\r\nContent-Length: 0\r\n\r\n", OriginUnavailable),
        (b"HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n", OriginUnavailable),
        (OK + b"Content-Length: 500\r\n\r\nhalf", OriginUnavailable),
        (OK + b"Content-Length: 5000\r\n\r\n" + bytes(5000), TooManyBytes),
        (OK + b"\r\n" + bytes(100_000), TooManyBytes),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nnonsense", OriginUnavailable),
        (b"", OriginUnavailable),
        (b"\x00\x01\x1b[31m nonsense\r\n\r\n", OriginUnavailable),
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 70_000 + b"\r\n\r\n", OriginUnavailable),
    ],
)
def test_what_a_server_does_wrong_has_a_reason_that_can_be_kept(
    answer: bytes, error: type[TagloopError]
) -> None:
    with server(answer) as url:
        with pytest.raises(error) as failed:
            fetch(url)

    assert str(failed.value).isprintable()


@pytest.mark.parametrize("answer", [b"", OK, OK + b"Content-Length: 500\r\n\r\nhalf"])
def test_a_server_that_falls_silent_is_left(answer: bytes) -> None:
    with server(answer, hold=True) as url:
        with pytest.raises(OriginUnavailable):
            fetch(url)


def test_a_compressed_answer_is_not_unpacked() -> None:
    with server(OK + b"Content-Encoding: gzip\r\n\r\n\x1f\x8bnot really") as url:
        assert fetch(url) == b"\x1f\x8bnot really"
