"""Tagloop's HTTP API as Python calls."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3

from tagloop.documents import Image, Receipt, Refusal, Status, Tag
from tagloop.errors import NoAnswer, Refused, ServerBusy, ServerFailed
from tagloop.multipart import Multipart, OpenFile

SCHEMES = ("http://", "https://")
CONNECT_SECONDS = 5.0
# A server that stores a request's pictures on a slow disk may take a while to answer.
ANSWER_SECONDS = 60.0
DEFAULT_RETRY_SECONDS = 5.0
TAGS_PER_PAGE = 500

Parameters = Mapping[str, str | float | None]


class Client:
    """One Tagloop server; connections are kept and shared, and all calls are safe in threads.

    Every call raises NoAnswer when the server cannot be reached, ServerBusy when it asks to come
    back later, Refused when it refuses the request, and ServerFailed when it fails.
    """

    def __init__(self, server: str, connections: int = 4) -> None:
        if not urlsplit(server).netloc or not server.startswith(SCHEMES):
            raise NoAnswer(f"{server} is not the address of a server; write http://host:port")
        self.server = server.rstrip("/")
        self._pool = urllib3.PoolManager(maxsize=connections, block=True)

    def check(self) -> None:
        """Find out whether a Tagloop answers at all."""
        self._call("GET", "/healthz")

    def upload(
        self, files: Sequence[OpenFile], *, owner: str = "", wait: float = 0
    ) -> list[Receipt | Refusal]:
        """Send pictures in one request, read from disk as they go; one answer a file, in order.

        wait: seconds that the server may hold the request until the pictures are tagged.
        Also raises FileUnusable when a file cannot be read to its end.
        """
        body = Multipart(files)
        headers = {
            "Content-Type": body.content_type,
            "Content-Length": str(body.content_length),
        }
        try:
            answer = self._call(
                "POST",
                "/v1/images",
                {"owner": owner or None, "wait": wait or None},
                body=body,
                headers=headers,
                held=wait,
            )
        except Refused as refused:
            if len(files) > 1:
                raise
            return [Refusal(refused.problem)]
        return [_receipt(document) for document in answer.get("images", [answer])]

    def upload_url(self, url: str, *, wait: float) -> Receipt | Refusal:
        """Have the server fetch and tag the picture at a URL; `wait` as in `upload`."""
        try:
            answer = self._call_json("/v1/images", {"url": url, "wait": wait}, wait)
        except Refused as refused:
            return Refusal(refused.problem)
        return _receipt(answer)

    def known(self, owner: str, digests: Sequence[str]) -> dict[str, str]:
        """The ids of an owner's images by the SHA-256 of their bytes, for those that are there.

        digests: hexadecimal, at most 1,000.
        """
        answer = self._call_json("/v1/images/known", {"owner": owner, "sha256": digests})
        return dict(answer["known"])

    def image(
        self, image_id: str, *, min_confidence: float | None = None, max_tags: int | None = None
    ) -> Image:
        """One image with its tags: the server's choice, or at least and at most these."""
        parameters = {"min_confidence": min_confidence, "max_tags": max_tags}
        return Image.from_json(self._call("GET", f"/v1/images/{image_id}", parameters))

    def statuses(self, image_ids: Sequence[str]) -> list[Status]:
        """How far those of the images are that exist, at most 1,000, in any order."""
        answer = self._call_json("/v1/images/statuses", {"ids": image_ids})
        return [Status.from_json(document) for document in answer["images"]]

    def tags(self) -> list[Tag]:
        """The whole vocabulary."""
        found: list[Tag] = []
        cursor: str | None = None
        while True:
            page = self._call("GET", "/v1/tags", {"limit": TAGS_PER_PAGE, "cursor": cursor})
            found.extend(Tag.from_json(document) for document in page["tags"])
            cursor = page["next"]
            if cursor is None:
                return found

    def _call_json(self, path: str, document: dict[str, Any], held: float = 0) -> dict[str, Any]:
        body = json.dumps(document).encode()
        headers = {"Content-Type": "application/json"}
        return self._call("POST", path, body=body, headers=headers, held=held)

    def _call(
        self,
        method: str,
        path: str,
        parameters: Parameters | None = None,
        *,
        body: bytes | Multipart | None = None,
        headers: Mapping[str, str] | None = None,
        held: float = 0,
    ) -> dict[str, Any]:
        """held: seconds for which the server may hold the request before it answers."""
        given = {name: value for name, value in (parameters or {}).items() if value is not None}
        url = f"{self.server}{path}" + (f"?{urlencode(given)}" if given else "")
        try:
            response = self._pool.request(
                method,
                url,
                body=body,
                headers=headers,
                retries=False,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS + held),
            )
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as e:
            raise NoAnswer(f"No Tagloop answers at {self.server}; start one with: make up") from e
        except urllib3.exceptions.HTTPError as error:
            raise NoAnswer(f"The connection to {self.server} was lost: {error}") from error
        return self._document(response)

    def _document(self, response: urllib3.BaseHTTPResponse) -> dict[str, Any]:
        """The JSON object of an answer; answers that are errors are raised."""
        try:
            document = response.json()
        except ValueError:
            document = None
        if not isinstance(document, dict):
            document = {"title": f"The answer was HTTP status {response.status}."}
            if response.status < HTTPStatus.BAD_REQUEST:
                raise NoAnswer(f"What answers at {self.server} is not Tagloop.")
        if response.status == HTTPStatus.SERVICE_UNAVAILABLE:
            raise ServerBusy(Refused(document).args[0], _retry_after(response))
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ServerFailed(f"The server at {self.server} failed: {Refused(document)}")
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise Refused(document)
        return document


def _retry_after(response: urllib3.BaseHTTPResponse) -> float:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else DEFAULT_RETRY_SECONDS


def _receipt(document: dict[str, Any]) -> Receipt | Refusal:
    if "problem" in document:
        return Refusal(document["problem"])
    return Receipt(document["id"], document["status"])
