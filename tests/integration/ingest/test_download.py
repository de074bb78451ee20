"""Downloads from well-behaved servers and from others."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shared.errors import (
    FetchFailed,
    NotThereYet,
    OriginUnavailable,
    TagloopError,
    TooManyBytes,
    UnsafeUrl,
)
from shared.fetch import download

ALLOWED = frozenset({"127.0.0.1"})
MAX_BYTES = 1000
SECONDS = 1.0
DRIP_SECONDS = 0.05
# The beginning of a TLS record that is never complete: a handshake of 16 KB.
TLS_RECORD = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"
OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


@contextmanager
def dripping(begin: bytes, drop: bytes) -> Iterator[int]:
    """Send a beginning and then one byte at a time for ever; yield the port."""
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            connection.sendall(begin)
            while not over.wait(DRIP_SECONDS):
                connection.sendall(drop)

    def serve(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=drip, args=(listener.accept()[0],)).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@contextmanager
def server(answer: bytes, hold: bool = False, requests: list[bytes] | None = None) -> Iterator[str]:
    """Gives every caller the same bytes, then hangs up or says nothing more. Yields its URL.

    requests: where it notes what it was asked.
    """
    over = threading.Event()

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                request = connection.recv(65536)
                if requests is not None:
                    requests.append(request)
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
    with download(url, ALLOWED, MAX_BYTES, SECONDS) as file:
        return file.read()


def redirect(location: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


def test_the_bytes_arrive_unchanged() -> None:
    picture = bytes(range(256))

    with server(OK + b"Content-Length: 256\r\n\r\n" + picture) as url:
        assert fetch(f"{url}/a%20b?c=d") == picture


def test_a_redirect_is_followed() -> None:
    with server(OK + b"\r\npicture") as target, server(redirect(f"{target}/a.jpg")) as url:
        assert fetch(url) == b"picture"


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        ("/my photo.jpg", b"GET /my%20photo.jpg "),
        ("/a.jpg  ", b"GET /a.jpg "),
        ("/a.jpg?b=c d&e=%20 \t", b"GET /a.jpg?b=c%20d&e=%20 "),
        ("/café.jpg", b"GET /caf%C3%A9.jpg "),
        ('/<b>"`{|}^.jpg', b"GET /%3Cb%3E%22%60%7B%7C%7D%5E.jpg "),
    ],
)
def test_characters_not_allowed_in_a_url_are_quoted_in_a_redirect(
    location: str, asked: bytes
) -> None:
    requests: list[bytes] = []
    with server(OK + b"\r\npicture", requests=requests) as target:
        with server(redirect(f"{target}{location}")) as url:
            assert fetch(url) == b"picture"

    assert requests[0].startswith(asked)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (redirect("http://10.0.0.1/a.jpg"), UnsafeUrl),
        (redirect("file:///etc/passwd"), UnsafeUrl),
        (redirect("http://localhost:22/"), UnsafeUrl),
        (redirect("http://[::1"), FetchFailed),
        (redirect("/again"), FetchFailed),
        (redirect(""), FetchFailed),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", FetchFailed),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", NotThereYet),
        (b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n", NotThereYet),
        (b"HTTP/1.1 425 Too Early\r\nContent-Length: 0\r\n\r\n", NotThereYet),
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
def test_every_fault_of_a_server_has_a_reason_that_can_be_stored(
    answer: bytes, error: type[TagloopError]
) -> None:
    with server(answer) as url:
        with pytest.raises(error) as failed:
            fetch(url)

    assert str(failed.value).isprintable()


@pytest.mark.parametrize("answer", [b"", OK, OK + b"Content-Length: 500\r\n\r\nhalf"])
def test_a_silent_server_is_given_up(answer: bytes) -> None:
    with server(answer, hold=True) as url:
        with pytest.raises(OriginUnavailable):
            fetch(url)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (OK + b"Content-Encoding: gzip\r\n\r\n\x1f\x8bnot unpacked", "compressed by gzip"),
        (b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "answered 302 and named no other URL"),
        (OK + b"Content-Length: 500\r\n\r\nhalf", "broke off after 4 bytes, 496 before the end"),
    ],
)
def test_the_reason_says_what_the_server_did(answer: bytes, reason: str) -> None:
    with server(answer) as url:
        with pytest.raises(TagloopError, match=reason):
            fetch(url)


@pytest.mark.parametrize(
    "head", [OK + b"Content-Encoding: gzip\r\n\r\n", b"HTTP/1.1 203 Changed\r\n\r\n"]
)
def test_a_picture_in_an_unusual_multipart_form_is_accepted(head: bytes) -> None:
    with server(head + b"a picture") as url:
        assert fetch(url) == b"a picture"


@pytest.mark.parametrize(
    ("scheme", "begin", "drop"),
    [
        ("http", b"", b"H"),
        ("http", b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        ("http", b"HTTP/1.1 200 OK\r\nX: ", b"y"),
        ("http", OK + b"\r\n", b"x"),
        ("http", OK + b"Content-Length: 900\r\n\r\n", b"x"),
        ("http", OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        ("http", b"HTTP/1.1 302 Found\r\n", b"X: y\r\n"),
        ("https", TLS_RECORD, b"\x00"),
    ],
)
def test_a_server_that_sends_too_slowly_is_given_up_when_the_time_is_up(
    scheme: str, begin: bytes, drop: bytes
) -> None:
    # No pause of it is as long as a time-out, so that only the limit on all of it ends this.
    with dripping(begin, drop) as port:
        with pytest.raises(OriginUnavailable, match="took too long"):
            fetch(f"{scheme}://127.0.0.1:{port}/a.jpg")


def test_redirects_are_not_followed_if_the_caller_forbids_them() -> None:
    with server(redirect("/again")) as url:
        with pytest.raises(FetchFailed, match="more than 0 redirects"):
            download(url, ALLOWED, MAX_BYTES, SECONDS, max_redirects=0)


def test_the_connection_goes_to_the_checked_address_though_dns_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: public when it is checked, inside when it is connected to."""
    asked: list[str] = []
    connected: list[str] = []
    inner, public = "127.0.0.1", "93.184.215.14"
    real = socket.socket.connect

    def resolve(host: str, port: int, *_: object, **__: object) -> list[object]:
        # Whatever is asked for: only the first answer is public.
        asked.append(host)
        address = public if len(asked) == 1 else inner
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        connected.append(address[0])
        if address[0] == public:
            raise ConnectionRefusedError
        real(self, address)

    with server(OK + b"\r\nsecret") as url:
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        monkeypatch.setattr(socket.socket, "connect", connect)
        with pytest.raises(OriginUnavailable):
            download(url.replace("127.0.0.1", "rebinding.example"), frozenset(), MAX_BYTES, SECONDS)
        monkeypatch.undo()

    assert connected == [public]
    assert asked == ["rebinding.example"]
