"""The format of a file, from its first bytes."""

import io
from pathlib import Path

import pytest

from shared.errors import NotAPicture, TooManyPixels, UnreadKind
from shared.pictures import MIME_TYPES, probe
from shared.pictures.pixels.rgb import decode_rgb
from tests.support.pictures.pictures import (
    ORIENTATIONS,
    READABLE,
    SIZE,
    UNREADABLE,
    encode,
    huge_png,
    scene,
    turned,
)

LIMIT = 100_000_000


@pytest.mark.parametrize("kind", sorted(READABLE.keys() - {"one pixel", "a line"}))
def test_every_readable_kind_is_known_with_its_size(kind: str) -> None:
    found = probe(io.BytesIO(READABLE[kind]()), LIMIT)

    assert found.format in MIME_TYPES
    assert (found.width, found.height) == SIZE
    assert found.orientation == 1


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_file_that_is_not_a_picture_is_refused(kind: str) -> None:
    with pytest.raises(NotAPicture, match="not a picture"):
        probe(io.BytesIO(UNREADABLE[kind]()), LIMIT)


@pytest.mark.parametrize(
    "kind", ["HTML", "SVG", "PDF", "PostScript", "JPEG XL", "MP4 or QuickTime video"]
)
def test_a_known_kind_of_file_is_called_by_its_name(kind: str) -> None:
    with pytest.raises(UnreadKind, match=f"The file is {kind}, not a picture"):
        probe(io.BytesIO(UNREADABLE[kind]()), LIMIT)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF"])
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_width_and_height_are_those_of_the_picture_that_is_seen(
    format: str, orientation: int
) -> None:
    data = turned(orientation, format)

    found = probe(io.BytesIO(data), LIMIT)

    assert (found.width, found.height) == decode_rgb(memoryview(data), min(SIZE)).image.size


def test_a_picture_on_its_side_has_the_width_that_people_see() -> None:
    found = probe(io.BytesIO(turned(6)), LIMIT)

    assert (found.width, found.height) == (SIZE[1], SIZE[0])


def test_an_orientation_that_does_not_exist_counts_as_upright() -> None:
    assert probe(io.BytesIO(turned(9)), LIMIT).orientation == 1


def test_too_many_pixels_are_refused_from_the_header_alone() -> None:
    data = huge_png()
    assert len(data) < 20_000

    with pytest.raises(TooManyPixels, match=r"60000 x 60000 pixels; .* 100,000,000"):
        probe(io.BytesIO(data), LIMIT)


def test_the_limit_itself_is_accepted() -> None:
    data = encode(scene(100, 50), "PNG")

    assert probe(io.BytesIO(data), 5000).width == 100
    with pytest.raises(TooManyPixels):
        probe(io.BytesIO(data), 4999)


def test_the_file_is_read_from_its_start_wherever_it_stands() -> None:
    file = io.BytesIO(READABLE["JPEG"]())
    file.read()

    assert probe(file, LIMIT).format == "JPEG"


@pytest.mark.parametrize("size", [0, 1], ids=["to the end of the file", "of 64 bits"])
def test_a_box_that_ends_beyond_every_file_is_damage(size: int, tmp_path: Path) -> None:
    beginning = READABLE["AVIF"]()[:32]
    box = size.to_bytes(4, "big") + b"free" + (2**64 - 1).to_bytes(8, "big")
    path = tmp_path / "picture"
    path.write_bytes(beginning + box)

    with path.open("rb") as file, pytest.raises(NotAPicture, match="header is damaged"):
        probe(file, LIMIT)
