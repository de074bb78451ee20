"""Search by a picture that is not stored: a worker embeds it."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.acceptance.api import Api, Document
from tests.acceptance.conftest import MAX_IMAGE_BYTES, Server
from tests.support.pictures.pictures import encode, scene, truncated, turned

pytestmark = pytest.mark.acceptance

PATH = "/v1/search/similar"
JPEG = {"Content-Type": "image/jpeg"}


@pytest.fixture(scope="module")
def stored(api: Api, photos: dict[str, Path]) -> dict[str, Document]:
    """Every photograph as an image."""
    return {
        name: api.upload(photo.read_bytes(), owner="similar", wait=30).json()
        for name, photo in photos.items()
    }


@pytest.fixture(autouse=True)
def nothing_is_kept(server: Server) -> Iterator[None]:
    """Check that no query picture is left behind."""
    yield
    assert not [path for path in server.data.rglob("questions/*") if path.is_file()]


def search(api: Api, picture: bytes, **query: object) -> list[Document]:
    answer = api.request("POST", PATH, picture, JPEG, **query)
    assert answer.status == 200, answer
    images: list[Document] = answer.json()["images"]
    return images


def is_picture(api: Api, image: Document, photo: Path) -> bool:
    """Return whether an image has a photograph's pixels; other tests upload some as other bytes."""
    file = api.request("GET", f"{image['url']}/file").data
    return ImageChops.difference(rgb(io.BytesIO(file)), rgb(photo)).getbbox() is None


def rgb(file: io.BytesIO | Path) -> Image.Image:
    return Image.open(file).convert("RGB")


def test_the_most_similar_picture_to_a_picture_is_itself(
    api: Api, stored: dict[str, Document], photos: dict[str, Path]
) -> None:
    for name in ("cat", "temple"):
        found = search(api, photos[name].read_bytes(), limit=200)

        assert found[0]["similarity"] == pytest.approx(1, abs=0.01)
        assert is_picture(api, found[0], photos[name])
        similarities = [image["similarity"] for image in found]
        assert similarities == sorted(similarities, reverse=True)


def test_a_picture_on_its_side_is_turned_first(
    api: Api, stored: dict[str, Document], photos: dict[str, Path]
) -> None:
    on_its_side = Image.open(photos["temple"]).transpose(Image.Transpose.ROTATE_90)

    assert search(api, turned(6, "JPEG", on_its_side), limit=1)[0]["similarity"] > 0.95
    assert search(api, encode(on_its_side, "JPEG"), limit=1)[0]["similarity"] < 0.95


def test_many_at_once_get_their_own_answers(
    api: Api, stored: dict[str, Document], photos: dict[str, Path]
) -> None:
    names = list(photos) * 4

    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(lambda name: search(api, photos[name].read_bytes(), limit=1), names)
        )

    for name, found in zip(names, answers, strict=True):
        assert found[0]["similarity"] == pytest.approx(1, abs=0.01)
        assert is_picture(api, found[0], photos[name])


def test_bodies_that_are_no_picture_are_refused(api: Api, photos: dict[str, Path]) -> None:
    api.request("POST", PATH, b"", JPEG).problem(400)
    api.request("POST", PATH, b"hello", JPEG).problem(415)
    api.request("POST", PATH, b"\xff\xd8\xff\xe0" + bytes(100), JPEG).problem(415, 422)
    api.request("POST", PATH, photos["cat"].read_bytes(), JPEG, limit=0).problem(400)
    # Only the worker finds out.
    damaged = truncated(encode(scene(), "AVIF"), 0.8)
    assert "damaged" in api.request("POST", PATH, damaged, JPEG).problem(422)
    too_large = api.request("POST", PATH, bytes(MAX_IMAGE_BYTES + 1), JPEG)
    assert f"{MAX_IMAGE_BYTES:,} bytes" in too_large.problem(413)


def test_a_truncated_body_is_a_bad_request(api: Api) -> None:
    head = b"POST /v1/search/similar HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
    assert b" 400 " in api.raw(head + b"\xff\xd8\xff")
