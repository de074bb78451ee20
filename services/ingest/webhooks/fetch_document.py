"""Small documents that a sender's signature depends on."""

from shared.errors import Unavailable
from shared.fetch import download
from shared.web.context import context

MAX_BYTES = 64 * 1024
SECONDS = 5.0


def fetch_document(url: str) -> bytes:
    """What stands at a URL on a public host; not on another one that it redirects to.

    Raises:
        UnsafeUrl: the URL does not lead to a public address.
        FetchFailed: there is nothing, too much of it, or no answer in time.
        Unavailable: too many requests wait for something already.
    """
    with context().room.place() as has_place:
        if not has_place:
            raise Unavailable("Too many requests wait already; send this again later.")
        with download(url, frozenset(), MAX_BYTES, SECONDS, max_redirects=0) as file:
            return file.read()
