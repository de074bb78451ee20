"""`tagloop tag`: send a few pictures at once and show their tags."""

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tagloop.client.client import Client
from tagloop.client.documents import FAILED, QUEUED, Receipt, ReceivedImage, Refusal
from tagloop.client.errors import FileUnusable
from tagloop.client.multipart import open_file
from tagloop.client.names import printable

AT_ONCE = 4
URL_SCHEMES = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class TagRequest:
    """How long to wait, in seconds, and which tags to show (None: the server's choice)."""

    wait: float
    min_confidence: float | None
    max_tags: int | None


@dataclass(frozen=True, slots=True)
class TagResult:
    """A picture's image, or its problem; `trouble` says in a sentence why it is not tagged."""

    source: str
    image: ReceivedImage | None
    problem: dict[str, Any] | None
    trouble: str

    def to_json(self) -> str:
        """Return one line of JSON: the server's document and the source that was given."""
        document = self.image.document if self.image else {"status": "refused"}
        problem = {"problem": self.problem} if self.problem else {}
        return json.dumps({"file": printable(self.source), **document, **problem})


def tag_each(client: Client, sources: Sequence[str], request: TagRequest) -> Iterator[TagResult]:
    """Tag files and URLs, several at once; yield the results in the order of the sources."""
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        yield from pool.map(lambda source: tag_one(client, source, request), sources)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def tag_one(client: Client, source: str, request: TagRequest) -> TagResult:
    """Tag one file or URL. Raises what `Client` raises, except Refused."""
    name = printable(source)
    try:
        receipt = send(client, source, request.wait)
    except FileUnusable as unusable:
        problem = {"title": "The file cannot be read", "detail": unusable.reason}
        if os.path.isdir(source):  # noqa: PTH112 - a URL is no path
            trouble = f"{name} is a folder; add its pictures with: tagloop add {name}"
        elif "://" in source:
            trouble = f"{name} is neither a file nor an http(s) URL."
        else:
            trouble = f"{name} cannot be read: {unusable.reason}."
        return TagResult(source, None, problem, trouble)
    if isinstance(receipt, Refusal):
        return TagResult(source, None, receipt.problem, f"{name} was refused: {receipt.reason}")
    image = client.image(
        receipt.id, min_confidence=request.min_confidence, max_tags=request.max_tags
    )
    if image.status == FAILED:
        return TagResult(source, image, None, f"{name} could not be tagged: {image.error}")
    if image.status == QUEUED:
        trouble = f"{name} is still waiting to be tagged; try again, or with a longer --wait."
        return TagResult(source, image, None, trouble)
    return TagResult(source, image, None, "")


def send(client: Client, source: str, wait: float) -> Receipt | Refusal:
    """Send one file or URL to the server. Raises FileUnusable and what `Client` raises."""
    if source.lower().startswith(URL_SCHEMES):
        return client.upload_url(source, wait=wait)
    file = open_file(source)
    with file.handle:
        return client.upload([file], wait=wait)[0]
