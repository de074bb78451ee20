"""Send pictures and record every response, with the patience of a real client."""

import json
from collections.abc import Sequence
from typing import Any

import urllib3

from tests.chaos.load.ledger import Corrected, Ledger
from tests.chaos.load.pictures import Picture

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 15.0
IDS_PER_REQUEST = 1000
BODY_SHOWN = 200
CONFLICT = 409
USER = "chaos"


class Client:
    """One client of the stack under test. Thread-safe."""

    def __init__(self, url: str, ledger: Ledger) -> None:
        self._url = url
        self._ledger = ledger
        self._pool = urllib3.PoolManager(
            maxsize=16,
            retries=False,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS),
        )

    def send(self, pictures: Sequence[Picture], owner: str) -> list[str]:
        """Send pictures in one request; return their ids, none if they were not accepted."""
        fields = [
            ("file", (f"{number}.jpg", picture.data, "image/jpeg"))
            for number, picture in enumerate(pictures)
        ]
        document = self._ask("POST", f"/v1/images?owner={owner}", fields=fields)
        if document is None:
            return []
        images = document.get("images", [document])
        if len(images) != len(pictures) or any("id" not in image for image in images):
            self._ledger.note_wrong(f"{len(pictures)} pictures were answered with {images}")
            return []
        for picture, image in zip(pictures, images, strict=True):
            self._ledger.note_accepted(image["id"], owner, picture.due)
        return [image["id"] for image in images]

    def status(self, image_id: str) -> str | None:
        """Return the status of an image; None without a response."""
        document = self._ask("GET", f"/v1/images/{image_id}")
        return document["status"] if document else None

    def statuses(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the statuses of the images that the API knows. Only call it while nothing is
        broken.
        """
        found: dict[str, str] = {}
        for start in range(0, len(ids), IDS_PER_REQUEST):
            chunk = {"ids": list(ids[start : start + IDS_PER_REQUEST])}
            document = self._ask("POST", "/v1/images/statuses", json=chunk)
            images = document["images"] if document else []
            found |= {image["id"]: image["status"] for image in images}
        return found

    def correct(self, image_id: str, verdict: str, tag: str) -> bool:
        """Correct a tag of an image; return whether that was accepted."""
        document = self._ask(
            "POST", f"/v1/images/{image_id}/corrections", json={verdict: [tag], "user": USER}
        )
        for correction in document["corrections"] if document else []:
            self._ledger.note_corrected(
                Corrected(correction["id"], image_id, correction["tag"], correction["verdict"])
            )
        return document is not None

    def retrain(self) -> None:
        """Queue a run, unless one is open."""
        self._ask("POST", "/v1/retrain", expected=CONFLICT)

    def _ask(
        self, method: str, path: str, *, expected: int | None = None, **request: Any
    ) -> dict[str, Any] | None:
        """Return the document of a response; None if it is not 2xx.

        expected: an error that is right at times.
        """
        try:
            response = self._pool.request(method, f"{self._url}{path}", **request)
        except urllib3.exceptions.HTTPError:
            self._ledger.note_answer("no answer")
            return None
        self._ledger.note_answer(str(response.status))
        if response.status < 300:
            return dict(json.loads(response.data))
        if response.status == expected:
            return None
        if response.status != 503 or "Retry-After" not in response.headers:
            body = response.data[:BODY_SHOWN].decode(errors="replace")
            self._ledger.note_wrong(f"{method} {path}: {response.status} {body}")
        return None
