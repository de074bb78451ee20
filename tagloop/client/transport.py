"""HTTP requests to one Tagloop server: JSON objects back, errors as exceptions."""

import json
import os
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3

from tagloop.client.errors import NoAnswer, Refused, ServerBusy, ServerFailed
from tagloop.client.multipart import Multipart

SCHEMES = ("http://", "https://")
CONNECT_SECONDS = 5.0
# A server that stores a request's pictures on a slow disk may take a while to answer.
ANSWER_SECONDS = 60.0
DEFAULT_RETRY_SECONDS = 5.0
# The key that is sent to the server.
KEY_VARIABLE = "TAGLOOP_KEY"
BUSY = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS)

Parameters = Mapping[str, str | float | None]


class Transport:
    """One Tagloop server. Connections are kept and shared, and all calls are thread-safe.

    Every call raises NoAnswer when the server cannot be reached, ServerBusy when it asks to come
    back later, Refused when it refuses the request, and ServerFailed when it fails.
    """

    def __init__(self, server: str, connections: int = 4, key: str | None = None) -> None:
        """key: sent with every request; None: the one in TAGLOOP_KEY, if set."""
        if not urlsplit(server).netloc or not server.startswith(SCHEMES):
            raise NoAnswer(f"{server} is not the address of a server; write http://host:port")
        self.server = server.rstrip("/")
        key = os.environ.get(KEY_VARIABLE) if key is None else key
        self._key_header = {"Authorization": f"Bearer {key}"} if key else {}
        self._pool = urllib3.PoolManager(maxsize=connections, block=True)

    def call_json(self, path: str, document: dict[str, Any], held: float = 0) -> dict[str, Any]:
        """POST a JSON object; `held` as in `call`."""
        body = json.dumps(document).encode()
        headers = {"Content-Type": "application/json"}
        return self.call("POST", path, body=body, headers=headers, held=held)

    def call(
        self,
        method: str,
        path: str,
        parameters: Parameters | None = None,
        *,
        body: bytes | Multipart | None = None,
        headers: Mapping[str, str] | None = None,
        held: float = 0,
    ) -> dict[str, Any]:
        """Make a request; return its answer, which has to be a JSON object.

        held: seconds for which the server may hold the request before it answers."""
        given = {name: value for name, value in (parameters or {}).items() if value is not None}
        url = f"{self.server}{path}" + (f"?{urlencode(given)}" if given else "")
        try:
            response = self._pool.request(
                method,
                url,
                body=body,
                headers={**self._key_header, **(headers or {})},
                retries=False,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS + held),
            )
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as e:
            raise NoAnswer(
                f"No Tagloop answers at {self.server}. Start one (make up, or docker compose "
                "up -d), or name its address with --server or TAGLOOP_SERVER."
            ) from e
        except urllib3.exceptions.HTTPError as error:
            raise NoAnswer(f"The connection to {self.server} was lost: {error}") from error
        return self._document(response)

    def _document(self, response: urllib3.BaseHTTPResponse) -> dict[str, Any]:
        """Return the JSON object of an answer.

        Raise the exception that an error answer stands for.
        """
        if response.status == HTTPStatus.NO_CONTENT:
            return {}
        try:
            document = response.json()
        except ValueError:
            document = None
        if not isinstance(document, dict):
            document = {"title": f"The answer was HTTP status {response.status}."}
            if response.status < HTTPStatus.BAD_REQUEST:
                raise NoAnswer(f"The program that answers at {self.server} is not Tagloop.")
        if response.status == HTTPStatus.UNAUTHORIZED and not self._key_header:
            document["detail"] = (
                f"{self.server} needs a key: set {KEY_VARIABLE}; `tagloop keys create` makes one."
            )
        if response.status in BUSY:
            raise ServerBusy(Refused(document).args[0], _retry_after(response))
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ServerFailed(f"The server at {self.server} failed: {Refused(document)}")
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise Refused(document)
        return document


def _retry_after(response: urllib3.BaseHTTPResponse) -> float:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else DEFAULT_RETRY_SECONDS
