"""Send messages to checked addresses, without redirects, with one time limit for each attempt."""

import time
from collections.abc import Mapping, Set
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import quote

from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError

from services.worker.delivery.deadline import cut_off
from services.worker.delivery.retries import read_retry_after
from shared import __version__
from shared.errors import OriginUnavailable, UnsafeUrl
from shared.fetch import Target, check_url

ATTEMPT_SECONDS = 15.0
CONNECT_SECONDS = 5.0
# The body of a response is ignored. A short one is read, so that the connection can be reused.
MAX_ANSWER_BYTES = 64 * 1024
MAX_ERROR = 500
TOO_LATE = "it did not arrive in time"
NO_CONNECTION = "no connection was made in time"
GONE = 410
TOO_MANY_REQUESTS = 429
REQUEST_TIMEOUT = 408
# Characters that are not escaped in a path and query.
RESERVED = "%/?:@!$&'()*+,;=[]"


@dataclass(frozen=True)
class Response:
    """The outcome of an attempt.

    status: the HTTP status; None without a response, and `error` says why. is_hopeless: no later
    attempt can succeed. retry_after: seconds that the receiver asked for.
    """

    status: int | None = None
    error: str | None = None
    retry_after: float | None = None
    is_hopeless: bool = False

    @property
    def is_success(self) -> bool:
        """Return whether the receiver accepted the message."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Return whether the receiver wants no more messages."""
        return self.status == GONE

    @property
    def is_ill(self) -> bool:
        """Return whether the receiver itself has a problem, not just this message."""
        return (
            self.status is None
            or self.status >= 500
            or self.status in (REQUEST_TIMEOUT, TOO_MANY_REQUESTS)
        )


class Poster:
    """Posts messages, one after another; URLs at one server share a connection. Not thread-safe."""

    def __init__(self, allowed_hosts: Set[str]) -> None:
        """Create a poster; allowed_hosts: names that may have any address."""
        self._allowed_hosts = allowed_hosts
        self._connection: HTTPConnection | None = None
        self._server: tuple[object, ...] | None = None

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Make one attempt; no behaviour of a receiver raises an exception."""
        try:
            target = check_url(url, self._allowed_hosts)
        except UnsafeUrl as error:
            return Response(error=str(error), is_hopeless=True)
        except OriginUnavailable as error:
            return Response(error=str(error))
        try:
            return self._attempt(target, headers, body)
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            self.close()
            return Response(error=_describe(error))

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _attempt(self, target: Target, headers: Mapping[str, str], body: bytes) -> Response:
        deadline = time.monotonic() + ATTEMPT_SECONDS
        connection = self._connect(target)
        seconds_left = deadline - time.monotonic()
        connection.timeout = seconds_left
        with cut_off(connection.sock, seconds_left) as is_over:
            try:
                response = _converse(connection, target, headers, body)
            except (HTTPError, HTTPException, OSError, ValueError) as error:
                if is_over.is_set() or isinstance(error, TimeoutError):
                    raise TimeoutError(TOO_LATE) from error
                raise
            # A closed connection looks like the end of the headers.
            if is_over.is_set():
                raise TimeoutError(TOO_LATE)
            self._read_rest(response)
        refusal = None if 200 <= response.status < 300 else f"The answer was {response.status}."
        return Response(
            response.status, refusal, read_retry_after(response.headers.get("Retry-After"))
        )

    def _connect(self, target: Target) -> HTTPConnection:
        server = (target.scheme, target.host, target.port, target.address)
        if self._connection is None or self._server != server or not self._connection.is_connected:
            self.close()
            self._connection = _open(target)
            self._server = server
        return self._connection

    def _read_rest(self, response: BaseHTTPResponse) -> None:
        """Read the rest of the response so that the connection can be reused, or close it."""
        length = response.length_remaining
        try:
            if length is not None and length <= MAX_ANSWER_BYTES:
                response.read()
                return
        # The status has arrived; an incomplete body does not change it.
        except (HTTPError, HTTPException, OSError, ValueError):
            pass
        self.close()


def _open(target: Target) -> HTTPConnection:
    """Connect to the checked address, and verify the server by its name."""
    connection: HTTPConnection
    if target.scheme == "http":
        connection = HTTPConnection(target.address, target.port, timeout=CONNECT_SECONDS)
    else:
        connection = HTTPSConnection(
            target.address,
            target.port,
            timeout=CONNECT_SECONDS,
            server_hostname=target.host,
            assert_hostname=target.host,
        )
    connection.connect()
    return connection


def _converse(
    connection: HTTPConnection, target: Target, headers: Mapping[str, str], body: bytes
) -> BaseHTTPResponse:
    """Send a message and read the head of the response."""
    own = {
        "Host": target.authority,
        "User-Agent": f"Tagloop/{__version__}",
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
    }
    connection.request(
        "POST",
        quote(target.path, safe=RESERVED),
        body=body,
        headers={**own, **headers},
        preload_content=False,
        decode_content=False,
    )
    return connection.getresponse()


def _describe(error: Exception) -> str:
    """Describe why there was no response, without characters that Postgres or a terminal can't
    show.
    """
    # urllib3's own message names an object in memory.
    is_unreachable = isinstance(error, ConnectTimeoutError)
    text = NO_CONNECTION if is_unreachable else str(error) or type(error).__name__
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return f"No answer: {printable}"[:MAX_ERROR]
