"""The stand-in's HTTP server, and the faults that it can have."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.support.immich.library import Library

KEY = "immich-key"
PERMISSIONS = ["asset.read", "asset.view", "tag.read", "tag.create", "tag.asset"]

Refusal = tuple[int, str]


class StandIn:
    """One Immich. `fault` may answer a request instead: a status, and what it says."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.permissions: list[str] = list(PERMISSIONS)
        self.requests: list[str] = []
        self.page_size = 1000
        # Given "METHOD /path", returns None, a status, or "half" for half an answer.
        self.fault: Callable[[str], int | str | None] = lambda request: None
        # Called before each request that changes something is done, and after it.
        self.around: Callable[[str], None] = lambda moment: None
        self.url = ""

    def answer(self, method: str, path: str, body: Any) -> Any:
        """Answer a request of the API; raises Refused."""
        with self.library.lock:
            match method, path.split("/")[1:]:
                case "GET", ["api-keys", "me"]:
                    answer: Any = {"id": "1", "permissions": self.permissions}
                case "POST", ["search", "metadata"]:
                    answer = self._search(body)
                case "GET", ["assets", asset_id]:
                    answer = self.library.document(self._picture(asset_id), with_tags=True)
                case "GET", ["assets", asset_id, "thumbnail"]:
                    answer = self._picture(asset_id).preview
                case "GET", ["tags"]:
                    answer = self.library.tag_documents(set(self.library.tags))
                case "PUT", ["tags"]:
                    for value in body["tags"]:
                        self.library.make_tag(value)
                    answer = self.library.tag_documents(set(body["tags"]))
                case (("PUT" | "DELETE"), ["tags", tag_id, "assets"]):
                    answer = self._change(method, tag_id, body["ids"])
                case _:
                    raise Refused(404, f"Cannot {method} /api{path}")
        return answer

    def _picture(self, asset_id: str) -> Any:
        picture = self.library.pictures.get(asset_id)
        if picture is None:
            raise Refused(400, "Not found or no asset.read access")
        return picture

    def _search(self, body: dict[str, Any]) -> dict[str, Any]:
        page = body.get("page", 1)
        if not isinstance(page, int):
            raise Refused(400, "page must be an integer")
        found = [one for one in self.library.pictures.values() if not one.is_trashed]
        if "updatedAfter" in body:
            since = datetime.fromisoformat(body["updatedAfter"])
            found = [one for one in found if one.updated_at >= since]
        for tag_id in body.get("tagIds", ()):
            found = [one for one in self.library.with_tag(tag_id) if one in found]
        size = min(body.get("size", 250), self.page_size)
        shown = found[(page - 1) * size : page * size]
        items = [self.library.document(one, with_tags=False) for one in shown]
        following = str(page + 1) if page * size < len(found) else None
        return {"assets": {"items": items, "nextPage": following, "count": len(items)}}

    def _change(self, method: str, tag_id: str, ids: list[str]) -> list[dict[str, Any]]:
        if tag_id not in self.library.tags.values():
            raise Refused(400, "Not found or no tag.asset access")
        results = []
        for asset_id in ids:
            picture = self.library.pictures.get(asset_id)
            has_tag = picture is not None and tag_id in picture.tags
            if picture is None:
                results.append({"id": asset_id, "success": False, "error": "no_permission"})
            elif has_tag == (method == "PUT"):
                error = "duplicate" if has_tag else "not_found"
                results.append({"id": asset_id, "success": False, "error": error})
            else:
                (picture.tags.add if method == "PUT" else picture.tags.discard)(tag_id)
                self.library.touch(picture)
                results.append({"id": asset_id, "success": True})
        return results


class Refused(Exception):
    """The API refuses a request."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@contextmanager
def serving(library: Library) -> Iterator[StandIn]:
    """Serve a library on a free port."""
    stand_in = StandIn(library)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._handle()

        do_POST = do_PUT = do_DELETE = do_GET

        def log_message(self, *_: object) -> None:
            pass

        def _handle(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(size)) if size else None
            path = urlsplit(self.path).path.removeprefix("/api")
            request = f"{self.command} {path}"
            stand_in.requests.append(request)
            fault = stand_in.fault(request)
            if self.headers.get("x-api-key") != KEY:
                self._send(401, {"message": "Invalid API key"})
            elif isinstance(fault, int):
                self._send(fault, {"message": "fault"})
            else:
                stand_in.around(f"before {request}")
                try:
                    answer = stand_in.answer(self.command, path, body)
                except Refused as error:
                    self._send(error.status, {"message": str(error)})
                    return
                stand_in.around(f"after {request}")
                self._send(200, answer, is_half=fault == "half")

        def _send(self, status: int, answer: Any, *, is_half: bool = False) -> None:
            data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            if status == 429:
                self.send_header("Retry-After", "1")
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if is_half else data)
            if is_half:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
