"""Clients that are refused while they still send, and clients that stop sending.

A client sees no answer if its connection closes while it still sends, so the rest of its body is
read first. But threads are few, and a body that never comes must not keep one: anybody could send
the beginnings of as many requests as there are threads, without any key.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from flask import Flask, Response, request

CHUNK_BYTES = 64 * 1024
# Whoever sends more than this after a refusal has to live with a connection that is reset.
LINGER_BYTES = 64 * 1024 * 1024
# For all of it, however slowly it comes.
LINGER_SECONDS = 5.0
# Between two pieces of a body that is wanted; one that is not gets less.
STALL_SECONDS = 30.0
REFUSED_STALL_SECONDS = 1.0


def register_lingering(app: Flask) -> None:
    """Have an app read what is left of the body of a request that it refuses, for some seconds."""
    app.before_request(_limit_stalls)
    app.after_request(_read_rest)


def _limit_stalls() -> None:
    if (client := _client()) is not None:
        client.settimeout(STALL_SECONDS)


def _read_rest(response: Response) -> Response:
    client = _client()
    try:
        if response.status_code >= 400 and _has_body():
            with _at_most(client, LINGER_SECONDS):
                _read(LINGER_BYTES)
    # The body is garbled, too slow, or the client is gone; the answer stays what it is.
    except Exception:
        response.headers["Connection"] = "close"
        if client is not None:
            _stop_reading(client)
    if client is not None:
        # An answer may take as long as the client's line needs for it.
        client.settimeout(None)
    return response


def _read(left: int) -> None:
    body = request.environ["wsgi.input"]
    while left > 0 and (chunk := body.read(CHUNK_BYTES)):
        left -= len(chunk)


@contextmanager
def _at_most(client: socket.socket | None, seconds: float) -> Iterator[None]:
    """Have reading end after some seconds: time-outs alone begin anew with every byte."""
    if client is None:
        yield
        return
    client.settimeout(REFUSED_STALL_SECONDS)
    timer = threading.Timer(seconds, _stop_reading, (client,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _stop_reading(client: socket.socket) -> None:
    # It may have hung up already.
    with suppress(OSError):
        client.shutdown(socket.SHUT_RD)


def _has_body() -> bool:
    return bool(request.content_length) or "Transfer-Encoding" in request.headers


def _client() -> socket.socket | None:
    """The connection, where gunicorn serves; tests ask the app without one."""
    found: socket.socket | None = request.environ.get("gunicorn.socket")
    return found
