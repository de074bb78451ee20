"""Requests that no well-behaved client sends."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.api import BOUNDARY, JSON, MULTIPART, Api, multipart
from tests.acceptance.conftest import Server
from tests.support.conditions import wait_for
from tests.support.pictures.pictures import READABLE

pytestmark = pytest.mark.acceptance

JPEG = READABLE["JPEG"]()
BODY = multipart([(b"a.jpg", JPEG)])
POST = (
    b"POST /v1/images HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    b"Content-Type: image/jpeg\r\n"
)
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
MAX_FILES = 1000
UNFETCHABLE = "http://127.0.0.1:1/"

MALFORMED_MULTIPART = {
    "cut off in a file": BODY[: len(BODY) // 2],
    "cut off before its end": BODY[:-4],
    "cut off in a header": BODY[:40],
    "empty": b"",
    "noise": os.urandom(5000),
    "no disposition": BODY.replace(b"Content-Disposition", b"X-Other"),
    "no file": multipart([], [("owner", "me")]),
    "a file without a file name": BODY.replace(b'; filename="a.jpg"', b""),
    "a giant field": multipart([(b"a.jpg", JPEG)], [("owner", "x" * 10_000_000)]),
    "too many fields": multipart([(b"a.jpg", JPEG)], [("x", "y")] * 5000),
}
FILE_NAMES = {
    b"../../etc/passwd": "passwd",
    b"C:\\\\photos\\\\a.jpg": "a.jpg",
    b"caf\xe9.jpg": "caf\N{REPLACEMENT CHARACTER}.jpg",
    b"\xff\xfe": "\N{REPLACEMENT CHARACTER}" * 2,
    b"a\x00\x1b[31m.jpg": "a[31m.jpg",
    b"<script>.jpg": "<script>.jpg",
    "猫💥.jpg".encode(): "猫💥.jpg",
    b"x" * 5000: "x" * 255,
    b"/": None,
}
# As text, for what Python's JSON would not write.
BAD_JSON = {
    "nothing": "",
    "no JSON": "{",
    "a member twice": '{"url": "http://192.0.2.1/a.jpg", "url": "http://192.0.2.1/b.jpg"}',
    "a list": "[1]",
    "null": "null",
    "no url": "{}",
    "deep": "[" * 100_000,
    "huge": json.dumps({"url": "x" * 400_000}),
    "a url that is a number": '{"url": NaN}',
    "half a surrogate pair": '{"url": "http://127.0.0.1:1/\\ud800"}',
}
BAD_OPTIONS: dict[str, list[Any]] = {
    "owner": ["x" * 201, "a\0b"],
    "hashtags": ["x" * 101, "a\0", ",".join(f"word{number}" for number in range(150))],
    "metadata": [
        "5",
        "[]",
        "{",
        '{"a": NaN}',
        '{"a": 1e999}',
        '{"a": "\\u0000"}',
        '{"a": "\\ud800"}',
        json.dumps({"a": "x" * 20_000}),
        '{"a":' + "[" * 500 + "]" * 500 + "}",
    ],
    "wait": [-1, "nan", "soon", ""],
    "callback_url": ["x" * 3000],
}
BROKEN_HTTP = {
    "a chunk that is cut off": CHUNKED + b"ffff\r\n" + JPEG[:100],
    "a chunk size that is no number": CHUNKED + b"zz\r\nabc",
    "a negative chunk size": CHUNKED + b"-5\r\nabc",
    "a chunk longer than its size": CHUNKED + b"3\r\nabcdef\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + JPEG,
    "a negative length": POST + b"Content-Length: -5\r\n\r\n" + JPEG,
    "a body shorter than its length": POST + b"Content-Length: 999999\r\n\r\n" + JPEG,
    "a length that is too short": POST + b"Content-Length: 5\r\n\r\n" + JPEG[:5],
    "no length": POST + b"\r\n",
    "a NUL in the path": b"GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "raw bytes in the path": b"GET /v1/tags/\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "too many headers": b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 500 + b"\r\n",
    "a long header": b"GET /healthz HTTP/1.1\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    "no HTTP": b"hello\r\n\r\n",
}


@pytest.mark.parametrize("kind", MALFORMED_MULTIPART)
def test_malformed_multipart_is_refused(api: Api, kind: str) -> None:
    api.request("POST", "/v1/images", MALFORMED_MULTIPART[kind], MULTIPART).problem(400)


@pytest.mark.parametrize("boundary", ["", "; boundary=", f"; boundary={'x' * 3000}"])
def test_multipart_without_a_usable_boundary_is_refused(api: Api, boundary: str) -> None:
    headers = {"Content-Type": f"multipart/form-data{boundary}"}
    api.request("POST", "/v1/images", BODY, headers).problem(400)


@pytest.mark.parametrize("name", FILE_NAMES)
def test_any_file_name_is_kept_as_plain_text(api: Api, name: bytes) -> None:
    picture = JPEG + os.urandom(8)

    answer = api.upload((name, picture), (b"other.jpg", picture + b"x"))

    images = [api.finished(image["id"]) for image in answer.json()["images"]]
    assert [image["filename"] for image in images] == [FILE_NAMES[name], "other.jpg"]
    assert {image["status"] for image in images} == {"tagged"}


@pytest.mark.parametrize("kind", BAD_JSON)
def test_bad_json_is_refused(api: Api, kind: str) -> None:
    api.request("POST", "/v1/images", BAD_JSON[kind].encode(), JSON).problem(400)
    api.request("POST", "/v1/images/known", BAD_JSON[kind].encode(), JSON).problem(400)


@pytest.mark.parametrize("option", BAD_OPTIONS)
def test_bad_options_are_refused_wherever_they_stand(api: Api, option: str) -> None:
    for value in BAD_OPTIONS[option]:
        body = multipart([(b"a.jpg", JPEG)], [(option, str(value))])
        assert option in api.request("POST", "/v1/images", body, MULTIPART).problem(400)
        if len(str(value)) < 2000:
            answer = api.request("POST", "/v1/images", BODY, MULTIPART, **{option: value})
            assert option in answer.problem(400)


@pytest.mark.parametrize("owner", ["<b>", "'; DROP TABLE images; --", "\\u0000", "💥", "%00"])
def test_strange_owner_names_are_only_text(api: Api, owner: str) -> None:
    image = api.upload(JPEG, owner=owner).json()

    assert api.finished(image["id"])["owner"] == owner
    assert [found["id"] for found in api.list(owner)] == [image["id"]]


@pytest.mark.parametrize("kind", BROKEN_HTTP)
def test_broken_http_is_refused(api: Api, kind: str) -> None:
    assert api.raw(BROKEN_HTTP[kind]).split()[1].startswith(b"4")


def test_chunked_uploads_need_no_length(api: Api) -> None:
    chunks = b"".join(
        b"%x\r\n%b\r\n" % (len(JPEG[i : i + 999]), JPEG[i : i + 999])
        for i in range(0, len(JPEG), 999)
    )
    assert api.raw(CHUNKED + chunks + b"0\r\n\r\n").split()[1] in (b"200", b"202")


def test_a_client_that_hangs_up_leaves_nothing_behind(api: Api, server: Server) -> None:
    before = originals(server.data)
    start = f"POST /v1/images?owner=gone HTTP/1.1\r\nHost: localhost\r\nContent-Length: {10**6}\r\n"
    kind = f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    for _ in range(5):
        api.raw(start.encode() + kind.encode() + BODY[:-50] + BODY, hang_up=True)

    def no_image_is_missing() -> bool:
        # What other tests uploaded may arrive meanwhile, and has images.
        fresh = originals(server.data) - before
        return all(api.request("GET", f"/v1/images/{name}").status == 200 for name in fresh)

    wait_for(no_image_is_missing, "the files are deleted")
    assert api.list("gone") == []


def originals(data: Path) -> set[str]:
    """Return the names of all originals, which are the ids of their images."""
    return {path.name for path in (data / "blobs" / "originals").rglob("*") if path.is_file()}


def test_a_thousand_files_in_one_request(api: Api) -> None:
    pictures = [JPEG + number.to_bytes(4, "big") for number in range(MAX_FILES - 1)]

    answer = api.upload(*pictures, pictures[0], owner="thousand")

    offered = answer.json()["images"]
    assert len(offered) == MAX_FILES
    assert offered[-1]["id"] == offered[0]["id"]
    images = api.all_finished("thousand", seconds=120)
    assert len(images) == MAX_FILES - 1
    assert {image["status"] for image in images} == {"tagged"}


def test_one_file_too_many_is_refused_as_a_whole(api: Api) -> None:
    answer = api.upload(*[JPEG] * (MAX_FILES + 1), owner="too many")

    assert "at most 1,000 files" in answer.problem(400)
    assert api.list("too many") == []
