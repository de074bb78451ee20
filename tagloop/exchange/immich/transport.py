"""HTTP requests to one Immich server, repeated while it is busy or does not answer."""

import json
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from threading import Event
from typing import Any

import urllib3

from shared.errors import TagloopError

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 60.0
MAX_BYTES = 64 * 1024 * 1024
GIVE_UP_SECONDS = 120.0
FIRST_PAUSE_SECONDS = 1.0
MAX_PAUSE_SECONDS = 30.0
# A server may ask for more, but not for a day.
MAX_RETRY_AFTER_SECONDS = 3600.0
API = "/api"


class ImmichAway(TagloopError):
    """Immich cannot be reached, fails or is busy."""

    retryable = True


class ImmichRefused(TagloopError):
    """Immich refused a request; `code` is the HTTP status."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class BridgeStopped(Exception):
    """The bridge is to end."""


class ImmichTransport:
    """One Immich server and one user's key.

    Every call raises ImmichAway, ImmichRefused or BridgeStopped.

    An answer that is not complete counts as no answer.
    """

    def __init__(
        self,
        server: str,
        key: str,
        stop: Event,
        *,
        give_up_seconds: float = GIVE_UP_SECONDS,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        """say: prints a message when Immich asks to wait."""
        address = server.rstrip("/")
        self.server = address.removesuffix(API)
        self._key = key
        self._stop = stop
        self._give_up_seconds = give_up_seconds
        self._say = say
        self._pool = urllib3.PoolManager(retries=False)

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Make a request; return the JSON of its answer, or None if it has none."""
        data = self.fetch(method, path, body)
        return json.loads(data) if data else None

    def fetch(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        is_json: bool = True,
    ) -> bytes:
        """Make a request; return the bytes of its answer. is_json: they have to be JSON, or none.

        Tries again while Immich does not answer, or asks to wait.
        """
        pause = FIRST_PAUSE_SECONDS
        last_sign_of_life = time.monotonic()
        while True:
            try:
                return self._once(method, path, body, is_json)
            except _Busy as busy:
                self._say(f"Immich asks to wait for {busy.seconds:,.0f} s.")
                self._wait(busy.seconds)
                last_sign_of_life = time.monotonic()
            except ImmichAway:
                if time.monotonic() - last_sign_of_life > self._give_up_seconds:
                    raise
                self._wait(pause)
                pause = min(2 * pause, MAX_PAUSE_SECONDS)

    def _once(self, method: str, path: str, body: Mapping[str, Any] | None, is_json: bool) -> bytes:
        if self._stop.is_set():
            raise BridgeStopped
        headers = {"x-api-key": self._key, "Accept": "application/json" if is_json else "*/*"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            response = self._pool.request(
                method,
                f"{self.server}{API}{path}",
                body=None if body is None else json.dumps(body).encode(),
                headers=headers,
                # The key must not go anywhere else.
                redirect=False,
                preload_content=False,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS),
            )
            try:
                # One byte more shows that there are more; a connection that ends early raises.
                data = response.read(MAX_BYTES + 1)
                if len(data) > MAX_BYTES:
                    response.close()
            finally:
                response.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise ImmichAway(f"No Immich answers at {self.server}: {error}") from error
        self._check(response, data, path)
        if is_json and data:
            try:
                json.loads(data)
            except ValueError as error:
                raise ImmichAway(f"{self.server}{API}{path} sent an incomplete answer.") from error
        return data

    def _check(self, response: urllib3.BaseHTTPResponse, data: bytes, path: str) -> None:
        """Raise the exception that an answer stands for, if any."""
        if response.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise _Busy(_retry_after(response))
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            if "Retry-After" in response.headers:
                raise _Busy(_retry_after(response))
            raise ImmichAway(f"{self.server}{API}{path} failed with {response.status}.")
        if response.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise ImmichRefused(response.status, _sentence(response.status, data, path))
        if len(data) > MAX_BYTES:
            raise ImmichRefused(response.status, f"The answer to {path} is too large.")

    def _wait(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise BridgeStopped


class _Busy(Exception):
    """Immich asks to come back later."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def _retry_after(response: urllib3.BaseHTTPResponse) -> float:
    """Return the seconds of a Retry-After, which may be a number or a date."""
    value = response.headers.get("Retry-After", "")
    try:
        seconds = float(value) if value.isdigit() else _seconds_until(value)
    except (ValueError, TypeError):
        seconds = FIRST_PAUSE_SECONDS
    return min(max(seconds, FIRST_PAUSE_SECONDS), MAX_RETRY_AFTER_SECONDS)


def _seconds_until(date: str) -> float:
    return parsedate_to_datetime(date).timestamp() - time.time()


def _sentence(status: int, data: bytes, path: str) -> str:
    """Return a sentence on why Immich refused a request."""
    try:
        document = json.loads(data)
        said = document.get("message") if isinstance(document, dict) else None
    except ValueError:
        said = None
    if isinstance(said, list):
        said = ", ".join(map(str, said))
    if status == HTTPStatus.UNAUTHORIZED:
        return "Immich does not know this key; make one under Account Settings → API Keys."
    return f"Immich refused {API}{path} with {status}: {str(said or 'it did not say why')[:300]}"
