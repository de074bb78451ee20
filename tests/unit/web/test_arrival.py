"""The part of a request that is gathered before a thread starts on it."""

import pytest

from shared.web.server.arrival import MAX_HEAD_BYTES, PREFETCH_BYTES, Arrival
from shared.web.server.thread_pools import WorkKind, kind_of

HEAD = b"POST /v1/images?owner=anna HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def arrived(sent: bytes, step: int = 1) -> Arrival:
    """Return a request that came in pieces of so many bytes."""
    arrival = Arrival()
    for start in range(0, len(sent), step):
        arrival.take(sent[start : start + step])
    return arrival


@pytest.mark.parametrize("step", [1, 3, 10_000])
@pytest.mark.parametrize(
    "whole",
    [
        b"GET /healthz HTTP/1.1\r\n\r\n",
        HEAD + b"content-length:  5\r\n\r\n12345",
        CHUNKED + b"5\r\n12345\r\n0\r\n\r\n",
        CHUNKED + b"5;a=b\r\n0\r\n\r\n\r\n0\r\nX-Trailer: 1\r\n\r\n",
    ],
)
def test_a_request_is_ready_with_its_last_byte_and_no_sooner(whole: bytes, step: int) -> None:
    assert arrived(whole, step).is_whole
    assert not arrived(whole[:-1], step).is_ready


def test_bytes_of_the_next_request_may_come_along() -> None:
    assert arrived(b"GET / HTTP/1.1\r\n\r\nGET /he", 100).is_whole


@pytest.mark.parametrize("size", [b"0xd", b"-1", b"", b"5 5", b"g", b"1" * 40])
def test_a_malformed_chunk_is_passed_on_at_once_so_that_the_server_refuses_it(size: bytes) -> None:
    arrival = arrived(CHUNKED + b"2\r\n{}\r\n" + size + b"\r\n")

    assert arrival.is_ready
    assert not arrival.is_whole


def test_only_the_beginning_of_a_large_body_is_gathered() -> None:
    head = HEAD + b"Content-Length: 50000000\r\n\r\n"

    assert not arrived(head + bytes(PREFETCH_BYTES - 1), 65536).is_ready
    large = arrived(head + bytes(PREFETCH_BYTES), 65536)
    assert large.is_ready
    assert kind_of(large) is WorkKind.UPLOAD


def test_an_endless_request_head_is_too_long() -> None:
    assert arrived(HEAD + b"x" * MAX_HEAD_BYTES, 4096).is_too_long
    assert not arrived(HEAD + b"Content-Length: 90000\r\n\r\n" + bytes(80000), 4096).is_too_long


def test_probes_have_threads_of_their_own() -> None:
    assert kind_of(arrived(b"GET /healthz HTTP/1.1\r\n\r\n")) is WorkKind.LIVENESS
    assert kind_of(arrived(b"GET /metrics?x=/healthz HTTP/1.1\r\n\r\n")) is WorkKind.PROBE
    assert kind_of(arrived(b"GET /v1/tags HTTP/1.1\r\n\r\n")) is WorkKind.PLAIN
    assert kind_of(arrived(b"nonsense\r\n\r\n")) is WorkKind.PLAIN
