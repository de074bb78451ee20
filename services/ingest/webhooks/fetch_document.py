"""Fetch small documents that a sender's signature depends on."""

from shared.errors import Unavailable
from shared.fetch import download
from shared.web.context import context

MAX_BYTES = 64 * 1024
SECONDS = 5.0


def fetch_document(url: str) -> bytes:
    """Return the text at a URL on a public host; redirects are not followed.

    Raises:
        UnsafeUrl: the URL does not lead to a public address.
        FetchFailed: there is no document, it is too large, or the server is too slow.
        Unavailable: too many requests are waiting already.
    """
    with context().room.place() as has_place:
        if not has_place:
            raise Unavailable("Too many requests wait already; try again later.")
        with download(url, frozenset(), MAX_BYTES, SECONDS, max_redirects=0) as file:
            return file.read()
