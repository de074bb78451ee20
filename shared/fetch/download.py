"""Download one picture: checked addresses, few redirects, limited bytes and seconds."""

import time
from collections.abc import Set
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from urllib.parse import quote, urljoin

import urllib3

from shared.errors import FetchFailed, NotThereYet, OriginUnavailable, TooManyBytes
from shared.fetch.cutoff import Cutoff
from shared.fetch.guard import Target, check_url

MAX_REDIRECTS = 5
# Not Found, Request Timeout, Too Early: what stores answer while an object is on its way.
NOT_THERE_YET = (404, 408, 425)
REDIRECT_STATUSES = (301, 302, 303, 307, 308)
# OK, and the same from a proxy that changed something.
OK_STATUSES = (200, 203)
CONNECT_SECONDS = 5.0
# Sockets do not accept a time-out of zero.
MIN_SECONDS = 0.1
CHUNK_BYTES = 64 * 1024
IN_MEMORY_BYTES = 1024 * 1024
# Reserved and unreserved characters of RFC 3986, and the percent sign of quoted ones.
URL_CHARACTERS = ":/?#[]@!$&'()*+,;=-._~%"
USER_AGENT = "Tagloop"
GZIP = b"\x1f\x8b"


def download(
    url: str,
    allowed_hosts: Set[str],
    max_bytes: int,
    seconds: float,
    max_redirects: int = MAX_REDIRECTS,
) -> BinaryIO:
    """Fetch a URL into a temporary file, which the caller closes.

    Every redirect is checked like the URL itself. Compressed answers are not unpacked: a picture
    is compressed already, and a small answer must not become a large file.

    Raises:
        UnsafeUrl: the URL or a redirect leads to an address that is not public.
        TooManyBytes: there is more than `max_bytes`.
        NotThereYet: there is nothing at the URL; there may be soon.
        FetchFailed: the server refuses.
        OriginUnavailable: the server does not answer, breaks off, is too slow or has a fault.
    """
    deadline = time.monotonic() + seconds
    with Cutoff(seconds) as cutoff:
        for _ in range(max_redirects + 1):
            target = check_url(url, allowed_hosts, deadline - time.monotonic())
            try:
                with _pool(target, cutoff) as pool:
                    answer = _ask(pool, target, deadline)
                    cutoff.check()
                    location = answer.headers.get("Location", "").strip()
                    if answer.status not in REDIRECT_STATUSES or not location:
                        _check_answer(answer, target)
                        return _read(answer, max_bytes, cutoff)
                    url = _redirected(url, location)
            except urllib3.exceptions.HTTPError as error:
                cutoff.check()
                raise OriginUnavailable(
                    f"The server {target.host} failed: {_printable(_reason(error))}"
                ) from error
    raise FetchFailed(f"The URL leads to more than {max_redirects} redirects.")


def _ask(
    pool: urllib3.HTTPConnectionPool, target: Target, deadline: float
) -> urllib3.BaseHTTPResponse:
    seconds_left = max(MIN_SECONDS, deadline - time.monotonic())
    return pool.urlopen(
        "GET",
        target.path,
        headers=_headers(target),
        redirect=False,
        retries=False,
        preload_content=False,
        decode_content=False,
        timeout=urllib3.Timeout(connect=min(CONNECT_SECONDS, seconds_left), read=seconds_left),
    )


def _pool(target: Target, cutoff: Cutoff) -> urllib3.HTTPConnectionPool:
    """Connect to the checked address, but address and verify the host by its name."""
    pool = (
        urllib3.HTTPConnectionPool(target.address, target.port)
        if target.scheme == "http"
        else urllib3.HTTPSConnectionPool(
            target.address,
            target.port,
            server_hostname=target.host,
            assert_hostname=target.host,
        )
    )
    pool.ConnectionCls = cutoff.watching(pool.ConnectionCls)
    return pool


def _headers(target: Target) -> dict[str, str]:
    return {
        "Host": target.authority,
        "User-Agent": USER_AGENT,
        "Accept": "image/*",
        "Accept-Encoding": "identity",
    }


def _redirected(url: str, location: str) -> str:
    """Return where a redirect leads; what must not stand in a URL is quoted, as browsers do."""
    try:
        return urljoin(url, quote(location.encode("latin-1"), safe=URL_CHARACTERS))
    except ValueError as error:
        raise FetchFailed(f"The URL redirects to {location!r}, which is not a URL.") from error


def _printable(text: str) -> str:
    """Remove the characters that Postgres or a terminal cannot show."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _reason(error: urllib3.exceptions.HTTPError) -> str:
    """Return what an error says; one that wraps another would say it twice."""
    cause = error.args[-1] if error.args else None
    if isinstance(cause, urllib3.exceptions.IncompleteRead):
        return f"it broke off after {cause.partial:,} bytes, {cause.expected:,} before the end."
    return str(error)


def _check_answer(answer: urllib3.BaseHTTPResponse, target: Target) -> None:
    status = answer.status
    if status >= 500 or status == 429:
        raise OriginUnavailable(f"The server {target.host} answered {status}.")
    if status in NOT_THERE_YET:
        raise NotThereYet(f"The server {target.host} answered {status}.")
    if status in REDIRECT_STATUSES:
        raise FetchFailed(f"The server {target.host} answered {status} and named no other URL.")
    if status not in OK_STATUSES:
        raise FetchFailed(f"The server {target.host} answered {status}.")


def _read(answer: urllib3.BaseHTTPResponse, max_bytes: int, cutoff: Cutoff) -> BinaryIO:
    file = cast(BinaryIO, SpooledTemporaryFile(IN_MEMORY_BYTES))  # noqa: SIM115 - the caller closes it
    try:
        while chunk := answer.read1(CHUNK_BYTES):
            if file.tell() + len(chunk) > max_bytes:
                raise TooManyBytes(f"The URL holds more than {max_bytes:,} bytes.")
            file.write(chunk)
        # Without a length, a closed connection looks like the end.
        cutoff.check()
    except BaseException:
        file.close()
        raise
    file.seek(0)
    if file.read(len(GZIP)) == GZIP:
        file.close()
        raise FetchFailed("The server sent a file compressed by gzip, not the picture itself.")
    file.seek(0)
    return file
