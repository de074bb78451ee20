"""Unusual and damaged files: each is tagged or refused, and none affects the others."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from tests.acceptance.api import Api
from tests.acceptance.conftest import MAX_IMAGE_BYTES
from tests.support.pictures.pictures import (
    ORIENTATIONS,
    READABLE,
    SIZE,
    UNREADABLE,
    encode,
    huge_png,
    scene,
    truncated,
    turned,
)

pytestmark = pytest.mark.acceptance

WAIT_SECONDS = 30
THUMBNAIL_SIDE = 320
FORMATS_WITH_ORIENTATION = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF")
TRUNCATED = {
    f"{format} cut off at {share:.0%}": truncated(encode(scene(400, 300), format), share)
    for format in ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF", "HEIF", "JPEG2000", "BMP")
    for share in (0.1, 0.5, 0.99)
}
JPEG = READABLE["JPEG"]()
SIZE_IN_HEADER = JPEG.index(b"\xff\xc0") + 5
DAMAGED = TRUNCATED | {
    "PNG without pixels": READABLE["PNG"]()[:33] + READABLE["PNG"]()[-12:],
    "JPEG with bytes after its end": JPEG + bytes(10_000),
    "JPEG that claims 9,000 x 9,000": (
        JPEG[:SIZE_IN_HEADER] + bytes.fromhex("23282328") + JPEG[SIZE_IN_HEADER + 4 :]
    ),
    "JPEG that claims no height": (
        JPEG[:SIZE_IN_HEADER] + bytes.fromhex("00000010") + JPEG[SIZE_IN_HEADER + 4 :]
    ),
    "JPEG with broken EXIF data": encode(scene(), "JPEG", exif=b"Exif\0\0II*\0" + b"\xff" * 60),
}


def check_thumbnail(api: Api, url: str) -> None:
    answer = api.request("GET", f"{url}/thumbnail")
    assert (answer.status, answer.content_type) == (200, "image/jpeg")
    with Image.open(io.BytesIO(answer.data)) as thumbnail:
        assert max(thumbnail.size) <= THUMBNAIL_SIDE


@pytest.mark.parametrize("kind", READABLE)
def test_every_readable_kind_is_tagged(api: Api, kind: str) -> None:
    data = READABLE[kind]()

    answer = api.upload(data, owner="readable", wait=WAIT_SECONDS)

    image = answer.json()
    assert (answer.status, image["status"], image["error"]) == (200, "tagged", None)
    check_thumbnail(api, image["url"])
    assert api.request("GET", f"{image['url']}/file").data == data


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_file_that_is_not_a_picture_is_refused(api: Api, kind: str) -> None:
    assert "not a picture" in api.upload(UNREADABLE[kind]()).problem(415)


@pytest.mark.parametrize("kind", DAMAGED)
def test_damaged_files_are_tagged_or_refused_with_a_reason(api: Api, kind: str) -> None:
    answer = api.upload(DAMAGED[kind], owner="damaged", wait=WAIT_SECONDS)

    if answer.status == 200:
        image = answer.json()
        if image["status"] == "tagged":
            check_thumbnail(api, image["url"])
        else:
            assert image["status"] == "failed"
            assert image["error"]
    else:
        answer.problem(415, 422)


@pytest.mark.parametrize("share", [0.5, 0.99])
def test_a_truncated_photograph_is_tagged(api: Api, photos: dict[str, Path], share: float) -> None:
    data = truncated(photos["temple"].read_bytes(), share)

    image = api.upload(data, wait=WAIT_SECONDS).json()

    assert image["status"] == "tagged"


@pytest.mark.parametrize("format", FORMATS_WITH_ORIENTATION)
def test_every_orientation_is_applied(api: Api, format: str) -> None:
    for orientation in ORIENTATIONS:
        image = api.upload(turned(orientation, format), owner=format, wait=WAIT_SECONDS).json()

        assert image["status"] == "tagged"
        expected = SIZE if orientation < 5 else SIZE[::-1]
        assert (image["width"], image["height"]) == expected
        thumbnail = api.request("GET", f"{image['url']}/thumbnail").data
        assert Image.open(io.BytesIO(thumbnail)).size == expected


def test_an_empty_file_is_refused(api: Api) -> None:
    assert api.upload(b"").problem(400) == "The file is empty."
    api.request("POST", "/v1/images", b"", {"Content-Type": "image/jpeg"}).problem(400)


def test_too_many_pixels_are_refused_before_decoding(api: Api) -> None:
    assert "60000 x 60000 pixels" in api.upload(huge_png()).problem(413)


@pytest.mark.parametrize("content_type", [None, "image/jpeg"])
def test_a_file_over_the_limit_is_refused_and_the_client_learns_why(
    api: Api, content_type: str | None
) -> None:
    data = JPEG + bytes(4 * MAX_IMAGE_BYTES)
    if content_type:
        answer = api.request("POST", "/v1/images", data, {"Content-Type": content_type})
    else:
        answer = api.upload(data)

    assert f"more than {MAX_IMAGE_BYTES:,} bytes" in answer.problem(413)


def test_a_bad_file_does_not_affect_the_other_files(api: Api) -> None:
    bad = [*(make() for make in UNREADABLE.values()), b"", huge_png()]
    good = [JPEG + os.urandom(8) for _ in range(len(bad) + 1)]
    files = [file for pair in zip(good, [*bad, *DAMAGED.values()], strict=False) for file in pair]
    files.append(good[-1])

    answer = api.upload(*files, owner="neighbours")

    assert answer.status == 202
    offered = answer.json()["images"]
    assert len(offered) == len(files)
    for image in offered[::2]:
        assert api.finished(image["id"])["status"] == "tagged"
    for image in offered[1 : 2 * len(bad) : 2]:
        assert image["status"] == "refused"
        assert image["problem"]["status"] in (400, 413, 415)
        assert image["problem"]["detail"]


def test_a_damaged_file_does_not_affect_its_batch(api: Api) -> None:
    files = [file for bad in DAMAGED.values() for file in (JPEG + os.urandom(8), bad)]

    offered = api.upload(*files, owner="batch").json()["images"]

    for image in offered[::2]:
        assert api.finished(image["id"])["status"] == "tagged"
    for image in offered[1::2]:
        assert image["status"] == "refused" or api.finished(image["id"])["status"] != "queued"
