"""Clients that keep a connection and do nothing with it: they must not keep others out."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
import urllib3

from tests.acceptance.api import PROBLEM, Api

pytestmark = pytest.mark.acceptance

# More than the threads of all web processes.
MANY = 40
ANSWER_SECONDS = 15.0
# A body that never comes, of a request that is refused.
NO_BODY = b"POST /v1/nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
# Answered at once, and then the client does not close its end.
NO_END = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
NO_HTTP = b"NO / HTTP\r\n\r\n"


def connect(api: Api) -> socket.socket:
    parts = urlsplit(api.url)
    assert parts.hostname
    return socket.create_connection((parts.hostname, parts.port or 80), ANSWER_SECONDS)


@pytest.fixture
def crowd(api: Api, request: pytest.FixtureRequest) -> Iterator[None]:
    """Many connections that have sent the same and stay open."""
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(connect(api)).sendall(request.param)
        yield


@pytest.mark.parametrize("crowd", [NO_BODY, NO_END, NO_HTTP], indirect=True)
@pytest.mark.usefixtures("crowd")
def test_others_are_answered_meanwhile(api: Api) -> None:
    started = time.monotonic()

    for _ in range(5):
        answer = urllib3.request("GET", f"{api.url}/healthz", timeout=ANSWER_SECONDS, retries=False)
        assert answer.status == 200
    assert time.monotonic() - started < ANSWER_SECONDS


def test_a_body_that_drips_is_given_up(api: Api) -> None:
    with connect(api) as client:
        client.sendall(NO_BODY)
        client.settimeout(0.2)
        started = time.monotonic()
        answer = b""
        while not answer:
            assert time.monotonic() - started < ANSWER_SECONDS
            client.sendall(b"x")
            try:
                answer = client.recv(100)
            except TimeoutError:
                continue
    assert answer.startswith(b"HTTP/1.1 404")


def test_what_is_no_http_is_refused_with_a_problem_document(api: Api) -> None:
    for sent, status in ((NO_HTTP, 400), (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n", 414)):
        with connect(api) as client, client.makefile("rb") as answer:
            client.sendall(sent)
            head, _, body = answer.read().partition(b"\r\n\r\n")

        assert f" {status} ".encode() in head.splitlines()[0]
        assert f"Content-Type: {PROBLEM}".encode() in head.splitlines()
        problem = json.loads(body)
        assert problem["status"] == status
        assert problem["detail"]
