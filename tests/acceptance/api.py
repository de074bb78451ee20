"""The HTTP API for tests: every refusal is checked to be a proper problem document."""

import json
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3

ROOT = Path(__file__).resolve().parents[2]
REQUEST_SECONDS = 120.0
DONE_SECONDS = 120.0
BOUNDARY = "the-boundary"
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
JSON = {"Content-Type": "application/json"}
PROBLEM = "application/problem+json"

Document = dict[str, Any]
File = tuple[bytes, bytes]


@dataclass(frozen=True)
class Answer:
    """A response of the server."""

    status: int
    content_type: str
    headers: urllib3.HTTPHeaderDict
    data: bytes

    def json(self) -> Document:
        """Return the body, which has to be a JSON object."""
        document = json.loads(self.data)
        assert isinstance(document, dict)
        return document

    def problem(self, *statuses: int) -> str:
        """Return the detail of a refusal with one of these statuses (none given: any 4xx)."""
        assert self.status in statuses if statuses else 400 <= self.status < 500, self
        assert self.content_type == PROBLEM, self
        document = self.json()
        assert document["status"] == self.status
        assert document["title"]
        assert document["detail"]
        assert "Traceback" not in document["detail"]
        assert str(ROOT) not in document["detail"]
        return str(document["detail"])


class Api:
    """A connection pool to one server. Thread-safe. key: sent with every request, if there is
    one.
    """

    def __init__(self, url: str, key: str = "") -> None:
        self.url = url
        self._own_headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._pool = urllib3.PoolManager(maxsize=64, retries=False, timeout=REQUEST_SECONDS)

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        **query: Any,
    ) -> Answer:
        """Send a request; follow no redirect. A response of 5xx fails the test."""
        text = f"?{urlencode(query)}" if query else ""
        answer = self._pool.request(
            method,
            f"{self.url}{path}{text}",
            body=body,
            headers=self._own_headers | (headers or {}),
            redirect=False,
        )
        content_type = answer.headers.get("Content-Type", "").partition(";")[0]
        assert answer.status < 500, (method, path, answer.data)
        return Answer(answer.status, content_type, answer.headers, answer.data)

    def get(self, path: str, **query: Any) -> Document:
        """Return a document that has to exist."""
        answer = self.request("GET", path, **query)
        assert answer.status == 200, answer
        return answer.json()

    def upload(self, *files: bytes | File, **query: Any) -> Answer:
        """Upload these files as a multipart body: contents, or (file name, contents)."""
        named = [file if isinstance(file, tuple) else (b"photo.jpg", file) for file in files]
        return self.request("POST", "/v1/images", multipart(named), MULTIPART, **query)

    def post_json(self, path: str, document: Document) -> Answer:
        """Send a JSON document."""
        return self.request("POST", path, json.dumps(document).encode(), JSON)

    def send_url(self, url: str, **members: Any) -> Answer:
        """Send the URL of a picture."""
        return self.request(
            "POST", "/v1/images", json.dumps({"url": url, **members}).encode(), JSON
        )

    def finished(self, image_id: str, seconds: float = DONE_SECONDS) -> Document:
        """Return the image once it is no longer queued."""
        deadline = time.monotonic() + seconds
        while (image := self.get(f"/v1/images/{image_id}"))["status"] == "queued":
            assert time.monotonic() < deadline, f"still queued: {image}"
            time.sleep(0.05)
        return image

    def all_finished(self, owner: str, seconds: float = DONE_SECONDS) -> list[Document]:
        """Return every image of an owner, once none is queued."""
        deadline = time.monotonic() + seconds
        while waiting := self.get("/v1/images", owner=owner, status="queued")["images"]:
            assert time.monotonic() < deadline, f"still queued: {waiting}"
            time.sleep(0.1)
        return self.list(owner)

    def list(self, owner: str) -> list[Document]:
        """Return every image of an owner, over all pages."""
        page = self.get("/v1/images", owner=owner, limit=500)
        images = list(page["images"])
        while page["next"]:
            page = self.get("/v1/images", owner=owner, limit=500, cursor=page["next"])
            images += page["images"]
        return images

    def raw(self, data: bytes, *, hang_up: bool = False) -> bytes:
        """Send bytes unchanged and end the sending side; return the status line of the response.

        hang_up: close the connection instead of waiting for an answer.
        """
        parts = urlsplit(self.url)
        assert parts.hostname
        assert parts.port
        with socket.create_connection((parts.hostname, parts.port), REQUEST_SECONDS) as connection:
            connection.sendall(data)
            if hang_up:
                return b""
            connection.shutdown(socket.SHUT_WR)
            with connection.makefile("rb") as answer:
                line = answer.readline()
                answer.read()
        return line


def multipart(files: Sequence[File], fields: Sequence[tuple[str, str]] = ()) -> bytes:
    """Return a multipart body; file names are written into it byte by byte."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    ]
    for filename, content in files:
        disposition = b'Content-Disposition: form-data; name="file"; filename="%b"' % filename
        parts.append(b"--%b\r\n%b\r\n\r\n%b\r\n" % (BOUNDARY.encode(), disposition, content))
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
