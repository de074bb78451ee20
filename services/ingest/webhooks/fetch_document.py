"""Small documents that a sender's signature depends on."""

from shared.fetch import download

MAX_BYTES = 64 * 1024
SECONDS = 5.0


def fetch_document(url: str) -> bytes:
    """What stands at a URL on a public host; not on another one that it redirects to.

    Raises:
        UnsafeUrl: the URL does not lead to a public address.
        FetchFailed: there is nothing, too much of it, or no answer in time.
    """
    with download(url, frozenset(), MAX_BYTES, SECONDS, max_redirects=0) as file:
        return file.read()
