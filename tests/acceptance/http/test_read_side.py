"""Invalid requests to the catalog."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.api import JSON, Api, Document

pytestmark = pytest.mark.acceptance

SOME_ID = "01a200d7-6afa-76fe-9ba0-327254191830"
MAX_QUERY = 3000
BAD_IDS = ("x", SOME_ID, "0" * 32, "%00", "%ff", "{}", "..%2f..%2fetc%2fpasswd", "%0d%0aX:y")
BAD_LISTS: list[dict[str, Any]] = [
    {"cursor": "x"},
    {"cursor": "\0"},
    {"cursor": "AAAA"},
    {"cursor": "é"},
    {"cursor": "A" * MAX_QUERY},
    {"limit": 0},
    {"limit": -1},
    {"limit": 10**9},
    {"limit": "9" * MAX_QUERY},
    {"limit": "ten"},
    {"limit": ""},
    {"status": "lost"},
    {"owner": "\0"},
    {"tag": "no-such-tag"},
    {"tag": "\0"},
]
BAD_TAGS: list[dict[str, Any]] = [
    {"min_confidence": 2},
    {"min_confidence": -1},
    {"min_confidence": "nan"},
    {"min_confidence": "sure"},
    {"precision": 1.1},
    {"precision": "nan"},
    {"precision": 0.9, "min_confidence": 0.5},
    {"max_tags": 0},
    {"max_tags": 1.5},
    {"tags": ""},
    {"tags": ","},
    {"tags": "dog,no-such-tag"},
    {"tags": "\0"},
]
BAD_BODIES: dict[str, bytes] = {
    "a list": b"[]",
    "nothing known": b"{}",
    "text": b'"hello"',
    "too many": json.dumps({"sha256": ["a" * 64] * 1001}).encode(),
    "a short digest": json.dumps({"sha256": ["ab"]}).encode(),
    "digits of another script": json.dumps({"sha256": ["\u0663" * 64]}).encode(),
    "NUL": json.dumps({"owner": "\0", "sha256": []}).encode(),
    "half a surrogate pair": b'{"owner": "\\ud800", "sha256": []}',
}


@pytest.fixture(scope="module")
def cat(api: Api, photos: dict[str, Path]) -> Document:
    """A tagged image."""
    return api.upload(photos["cat"].read_bytes(), owner="read", wait=30).json()


@pytest.mark.parametrize("image_id", BAD_IDS)
@pytest.mark.parametrize("part", ["", "/file", "/thumbnail"])
def test_unknown_images_are_not_found(api: Api, image_id: str, part: str) -> None:
    api.request("GET", f"/v1/images/{image_id}{part}").problem(404)


@pytest.mark.parametrize("image_id", BAD_IDS)
def test_unknown_images_cannot_be_deleted(api: Api, image_id: str) -> None:
    api.request("DELETE", f"/v1/images/{image_id}").problem(404)


@pytest.mark.parametrize("query", BAD_LISTS, ids=lambda query: str(query)[:40])
def test_lists_refuse_invalid_parameters(api: Api, query: dict[str, Any]) -> None:
    api.request("GET", "/v1/images", **query).problem(400, 404)


@pytest.mark.parametrize("query", BAD_TAGS, ids=str)
def test_invalid_parameters_of_an_images_tags_are_refused(
    api: Api, cat: Document, query: dict[str, Any]
) -> None:
    api.request("GET", cat["url"], **query).problem(400, 404)


@pytest.mark.parametrize("query", [{"q": "\0"}, {"cursor": "AA"}, {"cursor": "é"}, {"limit": 0}])
def test_the_vocabulary_refuses_invalid_parameters(api: Api, query: dict[str, Any]) -> None:
    api.request("GET", "/v1/tags", **query).problem(400)


@pytest.mark.parametrize("slug", ["%00", "%ff", "no-such-tag", "x" * MAX_QUERY])
def test_unknown_tags_are_not_found(api: Api, slug: str) -> None:
    api.request("GET", f"/v1/tags/{slug}").problem(404)


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=list(BAD_BODIES))
def test_bad_questions_for_known_files_are_refused(api: Api, body: bytes) -> None:
    api.request("POST", "/v1/images/known", body, JSON).problem(400)


def test_a_huge_json_body_is_refused_before_it_is_read(api: Api) -> None:
    body = json.dumps({"sha256": ["a" * 64] * 200_000}).encode()

    assert "1,048,576 bytes" in api.request("POST", "/v1/images/known", body, JSON).problem(413)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST", "TRACE", "NONSENSE"])
@pytest.mark.parametrize("path", ["/v1/search", "/healthz", "/v1/models", "/"])
def test_other_methods_are_refused(api: Api, method: str, path: str) -> None:
    answer = api.request(method, path)
    answer.problem(405)
    assert "GET" in answer.headers["Allow"]


def test_head_and_options_answer_without_a_body(api: Api, cat: Document) -> None:
    head = api.request("HEAD", f"{cat['url']}/file")
    assert (head.status, head.content_type, head.data) == (200, "image/png", b"")
    assert int(head.headers["Content-Length"]) > 0
    assert api.request("OPTIONS", "/v1/images").status == 200


def test_a_range_of_a_file_may_be_ignored_but_not_break(api: Api, cat: Document) -> None:
    for wanted in ("bytes=0-3", "bytes=5-1", "nonsense"):
        answer = api.request("GET", f"{cat['url']}/file", headers={"Range": wanted})
        assert answer.status in (200, 206, 416)


def test_an_address_that_is_too_long_is_refused(api: Api) -> None:
    assert api.request("GET", "/" + "a" * 10_000).status == 414


def test_uploaded_files_cannot_run_in_a_browser(api: Api, cat: Document) -> None:
    headers = api.request("GET", f"{cat['url']}/file").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
