"""Tagloop's HTTP API as Python calls."""

import json
from collections.abc import Sequence
from typing import Any

from tagloop.client.documents import (
    Found,
    Receipt,
    ReceivedImage,
    Refusal,
    StatusOfImage,
    VocabularyTag,
)
from tagloop.client.errors import Refused
from tagloop.client.multipart import Multipart, OpenFile
from tagloop.client.teaching import Teaching

TAGS_PER_PAGE = 500


class Client(Teaching):
    """One Tagloop server: images and tags here, corrections and models in `Teaching`.

    Connections are kept and shared, and all calls are thread-safe. Every call raises NoAnswer when
    the server cannot be reached, ServerBusy when it asks to come back later, Refused when it
    refuses the request, and ServerFailed when it fails.
    """

    def check(self) -> None:
        """Raise NoAnswer unless a Tagloop answers."""
        self.call("GET", "/healthz")

    def upload(
        self,
        files: Sequence[OpenFile],
        *,
        owner: str = "",
        wait: float = 0,
        metadata: dict[str, Any] | None = None,
    ) -> list[Receipt | Refusal]:
        """Send pictures in one request, read from disk as they are sent.

        Return one answer a file, in order.

        metadata: kept with each picture. wait: seconds that the server may hold the request until
        the pictures are tagged. Also raises FileUnusable when a file cannot be read to its end.
        """
        body = Multipart(files)
        headers = {
            "Content-Type": body.content_type,
            "Content-Length": str(body.content_length),
        }
        try:
            answer = self.call(
                "POST",
                "/v1/images",
                {
                    "owner": owner or None,
                    "wait": wait or None,
                    "metadata": json.dumps(metadata) if metadata else None,
                },
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
            answer = self.call_json("/v1/images", {"url": url, "wait": wait}, wait)
        except Refused as refused:
            return Refusal(refused.problem)
        return _receipt(answer)

    def known(self, owner: str, digests: Sequence[str]) -> dict[str, str]:
        """Return the ids of an owner's images by the SHA-256 of their bytes, for those that exist.

        digests: hexadecimal, at most 1,000.
        """
        answer = self.call_json("/v1/images/known", {"owner": owner, "sha256": digests})
        return dict(answer["known"])

    def image(
        self,
        image_id: str,
        *,
        min_confidence: float | None = None,
        max_tags: int | None = None,
        precision: float | None = None,
    ) -> ReceivedImage:
        """Return an image with its tags: the server's choice, or those asked for."""
        parameters = {
            "min_confidence": min_confidence,
            "max_tags": max_tags,
            "precision": precision,
        }
        return ReceivedImage.from_json(self.call("GET", f"/v1/images/{image_id}", parameters))

    def delete_image(self, image_id: str) -> None:
        """Delete an image with everything that belongs to it."""
        self.call("DELETE", f"/v1/images/{image_id}")

    def statuses(self, image_ids: Sequence[str]) -> list[StatusOfImage]:
        """Return the statuses of the images that exist, in any order. At most 1,000 ids."""
        answer = self.call_json("/v1/images/statuses", {"ids": image_ids})
        return [StatusOfImage.from_json(document) for document in answer["images"]]

    def tags(self) -> list[VocabularyTag]:
        """Return the whole vocabulary."""
        found: list[VocabularyTag] = []
        cursor: str | None = None
        while True:
            page = self.call("GET", "/v1/tags", {"limit": TAGS_PER_PAGE, "cursor": cursor})
            found.extend(VocabularyTag.from_json(document) for document in page["tags"])
            cursor = page["next"]
            if cursor is None:
                return found

    def search(self, q: str, limit: int, order: str = "date") -> Found:
        """Find images; order: "date" for the newest first, or "confidence"."""
        parameters: dict[str, str | float] = {"q": q, "limit": limit, "order": order}
        return Found.from_json(self.call("GET", "/v1/search", parameters))


def _receipt(document: dict[str, Any]) -> Receipt | Refusal:
    if "problem" in document:
        return Refusal(document["problem"])
    return Receipt(document["id"], document["status"])
