"""Clients that hold a connection without using it must not keep others out."""

import json
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
import urllib3

from bench.abuse.crowds import (
    crowd,
    slow_body,
    slow_chunks,
    slow_large_body,
    slow_reader,
    unfinished_head,
)
from bench.abuse.probing import Times, probe
from bench.abuse.waiters import waiters
from tests.acceptance.api import PROBLEM, Api
from tests.acceptance.conftest import MAX_IMAGE_BYTES
from tests.support.conditions import wait_for

pytestmark = pytest.mark.acceptance

# More than the threads of all web processes.
MANY = 40
ANSWER_SECONDS = 15.0
CROWD = 150
# Longer than a client may take for a head.
CROWD_SECONDS = 12.0
# A second is promised; this machine may have other things to do.
MAX_PROBE_SECONDS = 3.0
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
def held(api: Api, request: pytest.FixtureRequest) -> Iterator[None]:
    """Open many connections that send the same bytes and stay open."""
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(connect(api)).sendall(request.param)
        yield


@pytest.mark.parametrize("held", [NO_BODY, NO_END, NO_HTTP], indirect=True)
@pytest.mark.usefixtures("held")
def test_other_requests_are_answered_meanwhile(api: Api) -> None:
    started = time.monotonic()

    for _ in range(5):
        answer = urllib3.request("GET", f"{api.url}/healthz", timeout=ANSWER_SECONDS, retries=False)
        assert answer.status == 200
    assert time.monotonic() - started < ANSWER_SECONDS


def test_a_body_sent_too_slowly_is_given_up(api: Api) -> None:
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
    assert answer.startswith(b"HTTP/1.1 408")


def test_invalid_http_is_refused_with_a_problem_document(api: Api) -> None:
    for sent, status in ((NO_HTTP, 400), (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n", 414)):
        with connect(api) as client, client.makefile("rb") as answer:
            client.sendall(sent)
            head, _, body = answer.read().partition(b"\r\n\r\n")

        assert f" {status} ".encode() in head.splitlines()[0]
        assert f"Content-Type: {PROBLEM}".encode() in head.splitlines()
        problem = json.loads(body)
        assert problem["status"] == status
        assert problem["detail"]


def check(times: list[Times]) -> None:
    """Check that every probe was answered, and soon."""
    assert {row.path: row.failed for row in times if row.failed} == {}
    slow = {row.path: row.longest for row in times if row.longest > MAX_PROBE_SECONDS}
    assert slow == {}


def test_probes_and_requests_are_answered_while_a_crowd_is_slow_in_every_way(api: Api) -> None:
    large = api.upload(large_bmp()).json()
    manners = [
        unfinished_head(),
        slow_body(),
        slow_chunks(),
        slow_large_body(),
        slow_reader(f"{large['url']}/file"),
    ]

    with crowd(api.url, manners, CROWD) as count_ended:
        times = probe(api.url, CROWD_SECONDS)
        assert count_ended() > 0

    check(times)


def test_a_hundred_waiting_requests_leave_threads_for_others(api: Api) -> None:
    with waiters(api.url, 100) as answers:
        times = probe(api.url, 5)
        # Which process has room for another one depends on which process accepted how many.
        wait_for(
            lambda: any(answer.headers.get("Tagloop-Wait") == "full" for answer in answers),
            "an upload that is not held",
        )

    check(times)
    assert {answer.status for answer in answers} <= {200, 202}


def test_requests_sent_in_one_piece_are_all_answered(api: Api) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with connect(api) as client:
        client.sendall(one * 1500)
        client.shutdown(socket.SHUT_WR)
        got = bytearray()
        while piece := client.recv(100_000):
            got += piece
    assert got.count(b"HTTP/1.1 200 OK") == 1500


@pytest.mark.parametrize("size", ["0xd", "-d", "d d", "x"])
@pytest.mark.parametrize("path", ["/v1/corrections", "/v1/images/known", "/v1/images"])
def test_a_malformed_chunk_is_refused_by_every_operation(api: Api, path: str, size: str) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with connect(api) as client, client.makefile("rb") as answer:
        client.sendall(f'{head}Transfer-Encoding: chunked\r\n\r\n{size}\r\n{{"url": 1}}'.encode())
        assert b" 400 " in answer.readline()


def test_a_slow_but_steady_reader_gets_all_of_a_file(api: Api) -> None:
    content = large_bmp()
    path = f"{api.upload(content).json()['url']}/file"
    with connect(api) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        got = bytearray()
        while piece := client.recv(100_000):
            got += piece
            time.sleep(0.02)
    assert bytes(got).endswith(content)


def large_bmp() -> bytes:
    """The largest file that is accepted: sockets cannot buffer it."""
    side = 1200
    pixels = side * side * 3
    sizes = (side, side, 1, 24, 0, pixels, 0, 0, 0, 0)
    header = struct.pack("<2sIHHIIiiHHIIiiII", b"BM", 54 + pixels, 0, 0, 54, 40, *sizes)
    assert len(header) + pixels < MAX_IMAGE_BYTES
    return header + bytes(pixels)
