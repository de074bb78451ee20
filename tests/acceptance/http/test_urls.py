"""Pictures by URL: private addresses are refused, and no bad server leaves an image queued."""

import time
from collections.abc import Iterator

import pytest

from tests.acceptance.api import Api, Document
from tests.acceptance.origin import serving

pytestmark = pytest.mark.acceptance

# Five attempts, each with its time limit and a pause after it, and the sweeper's round.
# As long as a request may wait.
PLACE_SECONDS = 70
GIVEN_UP_SECONDS = 100.0
OWNER = "urls"
REFUSED = {
    "http://localhost/": "not public",
    "http://10.0.0.1/": "not public",
    "http://192.168.0.1/": "not public",
    "http://169.254.169.254/latest/meta-data": "not public",
    "http://[::1]/": "not public",
    "http://[::ffff:127.0.0.1]/": "not public",
    "http://[64:ff9b::7f00:1]/": "not public",
    "http://0/": "is a number",
    "http://127.1/": "is a number",
    "http://2130706433/": "is a number",
    "http://0x7f000001/": "is a number",
    "file:///etc/passwd": "Only http and https",
    "ftp://example.com/a.jpg": "Only http and https",
    "data:image/png;base64,AA": "Only http and https",
    "javascript:alert(1)": "Only http and https",
    "//example.com/a.jpg": "Only http and https",
    "": "Only http and https",
    "http://": "names no host",
    "http://me:secret@127.0.0.1/": "user name or a password",
    "http://127.0.0.1:99999/": "cannot be understood",
    "http://[::1": "cannot be understood",
    f"http://{'a' * 300}.com/": "cannot be understood",
    "http://a b/": "no spaces",
    "http://a\nb/": "no spaces",
    "http://a/\0": "NUL",
    "http://127.0.0.1/" + "x" * 3000: "2048",
    "http://no-such-host.invalid/": "cannot be resolved",
}
TAGGED = ("/photo", "/to-photo", "/other", "/with space?and=query", "/ü猫", "/a%00b")
FAILED = {
    "/204": "answered 204",
    "/text": "not a picture",
    "/gzip": "compressed by gzip",
    "/empty": "empty",
    "/to-itself": "redirects",
    "/to-nowhere": "named no other URL",
    "/to-nonsense": "not a URL",
    "/to-file": "Only http and https",
    "/to-localhost": "not public",
    "/to-private": "not public",
    "/to-metadata": "not public",
    "/endless": "bytes",
}
GIVEN_UP = (
    "/404",
    "/500",
    "/short",
    "/noise",
    "/bad-chunk",
    "/many-headers",
    "/long-header",
    "/hangs",
)


@pytest.fixture(scope="module")
def images(api: Api) -> Iterator[dict[str, Document]]:
    """The outcome of each path of the origin; all are sent before any is waited for."""
    with serving() as address:
        paths = [*GIVEN_UP, *FAILED, *TAGGED]
        sent = {}
        for path in paths:
            answer = api.send_url(address + path.replace(" ", "%20"), owner=OWNER)
            assert answer.status in (200, 202)
            sent[path] = answer.json()["id"]
        yield {path: api.finished(sent[path], GIVEN_UP_SECONDS) for path in reversed(paths)}


@pytest.mark.parametrize("url", REFUSED)
def test_addresses_that_are_not_public_or_no_addresses_are_refused(api: Api, url: str) -> None:
    answer = api.send_url(url)
    # While earlier tests hold every place to wait for DNS, names are left to the worker.
    deadline = time.monotonic() + PLACE_SECONDS
    while answer.status == 202 and time.monotonic() < deadline:
        time.sleep(1)
        answer = api.send_url(url)
    assert REFUSED[url] in answer.problem(400, 422)


@pytest.mark.parametrize("path", TAGGED)
def test_pictures_are_fetched_and_tagged(images: dict[str, Document], path: str) -> None:
    assert (images[path]["status"], images[path]["error"]) == ("tagged", None)


def test_the_same_bytes_under_two_urls_are_one_image(images: dict[str, Document]) -> None:
    assert images["/photo"]["id"] == images["/to-photo"]["id"]


@pytest.mark.parametrize("path", FAILED)
def test_a_url_that_cannot_be_fetched_fails_with_the_reason(
    images: dict[str, Document], path: str
) -> None:
    assert images[path]["status"] == "failed"
    assert FAILED[path] in images[path]["error"]


@pytest.mark.parametrize("path", GIVEN_UP)
def test_a_temporary_failure_is_retried_and_then_given_up(
    images: dict[str, Document], path: str
) -> None:
    assert images[path]["status"] == "failed"
    assert images[path]["error"].startswith("Gave up after 5 attempts. The server ")


def test_an_image_whose_url_never_answers_can_be_deleted(api: Api) -> None:
    with serving() as address:
        url = api.send_url(f"{address}/hangs", owner="never answers").json()["url"]

        assert api.request("GET", f"{url}/file").problem(404)
        assert api.request("DELETE", url).status == 204
        api.request("GET", url).problem(404)
