"""Single attempts: certificates, connections, and every fault of a response."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.worker.delivery import post
from services.worker.delivery.post import Poster, Response
from tests.support.events.receiver import Receiver, pour, receiving, status

LOCAL = "127.0.0.1"
ALLOWED = frozenset({LOCAL, "localhost"})


def certify(folder: Path, address: str) -> tuple[ssl.SSLContext, Path]:
    """Return the context of a server with a self-signed certificate for an address, and its
    file.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a receiver")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    path = folder / "certificate.pem"
    path.write_bytes(
        certificate.public_bytes(encoding)
        + key.private_bytes(
            encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, path


def attempt(url: str) -> Response:
    with closing(Poster(ALLOWED)) as poster:
        return poster.post(url, {}, b"{}")


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Answer every caller with the same bytes, then close the connection; yield the URL."""

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

    with socket.create_server((LOCAL, 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield f"http://{LOCAL}:{listener.getsockname()[1]}/"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_a_certificate_is_verified_for_the_host_though_the_connection_goes_to_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, path = certify(tmp_path, LOCAL)
    with receiving(context) as receiver:
        assert "CERTIFICATE_VERIFY_FAILED" in (attempt(receiver.url).error or "")
        assert receiver.messages == []

        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        assert attempt(receiver.url).status == 204
        by_name = receiver.url.replace(LOCAL, "localhost")
        assert "'localhost' doesn't match" in (attempt(by_name).error or "")


def test_a_url_may_have_letters_that_requests_cannot(receiver: Receiver) -> None:
    assert attempt(f"{receiver.url}/fäden/a%2Fb?größe=ü&a[]=1").is_success

    [(path, _, _)] = receiver.messages
    assert path == "/f%C3%A4den/a%2Fb?gr%C3%B6%C3%9Fe=%C3%BC&a[]=1"


def test_messages_to_one_server_share_a_connection() -> None:
    with receiving() as receiver, closing(Poster(ALLOWED)) as poster:
        for path in ("/a", "/b", "/a"):
            assert poster.post(receiver.url + path, {}, b"{}").is_success

        assert len(set(receiver.clients)) == 1


def test_a_connection_with_an_unread_response_is_not_reused() -> None:
    with receiving() as receiver, closing(Poster(ALLOWED)) as poster:
        receiver.answers["/long"] = pour
        for path in ("/long", "/short", "/short"):
            assert poster.post(receiver.url + path, {}, b"{}").is_success

        first, second, third = receiver.clients
        assert first != second == third


def test_a_connection_that_the_receiver_ended_is_replaced(receiver: Receiver) -> None:
    receiver.answers["/once"] = status(204, Connection="close")
    with closing(Poster(ALLOWED)) as poster:
        for _ in range(3):
            assert poster.post(f"{receiver.url}/once", {}, b"{}").is_success


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\x01\x1b[31m nonsense\r\n\r\n",
        b"HTTP/1.1 9999 What\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
)
def test_every_failed_response_has_a_reason_that_can_be_stored(answer: bytes) -> None:
    with answering(answer) as url:
        answered = attempt(url)

    assert answered.status is None
    assert answered.is_ill
    assert answered.error
    assert answered.error.isprintable()


@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Length: 500\r\n\r\nhalf",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\nnonsense",
        b"Content-Length: nonsense\r\n\r\n",
        b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nwrong",
    ],
)
def test_a_consumed_message_stays_consumed_whatever_follows(rest: bytes) -> None:
    with answering(b"HTTP/1.1 200 OK\r\n" + rest) as url:
        assert attempt(url).is_success


def test_no_one_listens() -> None:
    with socket.create_server((LOCAL, 0)) as listener:
        port = listener.getsockname()[1]

    answer = attempt(f"http://{LOCAL}:{port}/")

    assert (answer.status, answer.is_ill, answer.is_hopeless) == (None, True, False)


def test_a_server_that_accepts_no_connection_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "CONNECT_SECONDS", 0.5)
    with socket.create_server((LOCAL, 0), backlog=0) as listener, ExitStack() as callers:
        # More than its queue takes
        for _ in range(3):
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())

        answer = attempt(f"http://{LOCAL}:{listener.getsockname()[1]}/")

    assert answer == Response(error="No answer: no connection was made in time")


def test_a_name_that_does_not_exist_may_exist_later() -> None:
    answer = attempt("http://no-such-host.invalid/")

    assert (answer.status, answer.is_hopeless) == (None, False)
    assert "cannot be resolved" in (answer.error or "")
