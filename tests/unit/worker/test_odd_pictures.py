"""Rare pictures are decoded as intended; undecodable ones are never taken for blank."""

import io
import time
from typing import Literal

import numpy as np
import pytest
from PIL import Image

from services.worker.decoding.protocol import Square
from services.worker.decoding.square import decode_square
from shared.errors import DamagedPicture, UnreadKind
from shared.pictures import probe
from shared.pictures.pixels.rgb import decode_rgb
from tests.support.pictures.odd_pictures import (
    NO_TIFF,
    cgbi_png,
    clipboard_bmp,
    deep_grey,
    in_swapped_colours,
    many_scans,
    photograph,
    profile,
    tiff,
    with_nonsense_exif,
)
from tests.support.pictures.pictures import encode, scene

LIMIT = 10**9
# Mean difference in grey levels: lossy formats and two ways of resizing.
ALIKE = 7.0
LOSSY = ("JPEG", "WEBP", "AVIF", "HEIF")


def decode(data: bytes) -> Square:
    found = probe(io.BytesIO(data), LIMIT)
    return decode_square(memoryview(data), found.format, found.orientation, 224, 1.0)


def thumbnail(data: bytes) -> Image.Image:
    return decode_rgb(memoryview(data), 64).image


def assert_shows(data: bytes, expected: Image.Image) -> None:
    """Check that network and thumbnail show this picture."""
    wanted = np.asarray(expected.convert("RGB").resize((32, 32)), dtype=float)
    side = min(expected.size)
    left, top = (expected.width - side) // 2, (expected.height - side) // 2
    middle = expected.convert("RGB").crop((left, top, left + side, top + side))
    seen = Image.fromarray(decode(data).pixels)
    found = probe(io.BytesIO(data), LIMIT)
    assert (found.width, found.height) == expected.size
    for one, other in ((thumbnail(data), wanted), (seen, np.asarray(middle.resize((32, 32))))):
        assert np.abs(np.asarray(one.resize((32, 32)), dtype=float) - other).mean() < ALIKE


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF"])
def test_invalid_exif_data_does_no_harm_and_the_orientation_counts(format: str) -> None:
    assert_shows(with_nonsense_exif(format), scene())


def test_a_bitmap_from_the_clipboard_is_not_blank() -> None:
    assert_shows(clipboard_bmp(), scene())


@pytest.mark.parametrize("order", ["<", ">"])
def test_white_is_zero_in_16_bits_is_no_negative(order: Literal["<", ">"]) -> None:
    data = tiff(65535 - deep_grey(), photometric=0, order=order)

    assert_shows(data, scene().convert("L"))


def test_white_is_zero_in_32_bits_is_no_negative() -> None:
    grey = np.asarray(scene().convert("L"), np.float32)

    seen = thumbnail(tiff(1 - grey / 255, photometric=0, sample_format=3)).convert("L")

    # Floating point greys are stretched to the full range, so only their course is the same.
    assert np.corrcoef(np.asarray(seen).ravel(), grey.ravel())[0, 1] > 0.99


@pytest.mark.parametrize("previews", [1, 3])
def test_a_reduced_picture_before_the_picture_is_passed_over(previews: int) -> None:
    assert_shows(tiff(np.asarray(scene()), photometric=2, previews=previews), scene())


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_colours_of_a_profile_become_those_of_srgb(format: str) -> None:
    assert_shows(in_swapped_colours(format), scene())


@pytest.mark.parametrize("bad", [b"", b"nonsense", bytes(5000), profile("swapped")[:300]])
def test_an_invalid_colour_profile_is_ignored(bad: bytes) -> None:
    assert_shows(encode(scene(), "JPEG", quality=95, icc_profile=bad), scene())


def test_a_profile_of_srgb_changes_not_one_pixel() -> None:
    plain, marked = encode(scene(), "JPEG"), encode(scene(), "JPEG", icc_profile=profile("sRGB"))

    assert np.array_equal(decode(plain).pixels, decode(marked).pixels)


def test_lab_is_converted() -> None:
    assert_shows(encode(scene().convert("LAB"), "TIFF"), scene())


@pytest.mark.parametrize("kind", NO_TIFF)
def test_a_kind_of_tiff_that_is_not_read_is_refused_by_its_name(kind: str) -> None:
    with pytest.raises(UnreadKind, match=kind):
        probe(io.BytesIO(NO_TIFF[kind]()), LIMIT)


def test_a_png_of_xcode_is_refused_by_its_name() -> None:
    with pytest.raises(UnreadKind, match="CgBI"):
        probe(io.BytesIO(cgbi_png()), LIMIT)


def cut(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


def emptied(data: bytes, share: float, filler: bytes = b"\0") -> bytes:
    """Return a truncated copy: the file has its length, and zeros behind some point."""
    return cut(data, share) + filler * (len(data) - int(len(data) * share))


BROKEN = {
    "cut": cut,
    "zeros": emptied,
    "ones": lambda data, share: emptied(data, share, b"\xff"),
}


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF"])
@pytest.mark.parametrize("broken", BROKEN)
def test_a_picture_with_almost_no_data_is_damaged(broken: str, format: str) -> None:
    options = {"quality": 90} if format == "JPEG" else {}
    data = BROKEN[broken](encode(photograph(), format, **options), 0.05)

    for way in (decode, thumbnail):
        with pytest.raises(DamagedPicture, match=r"Only \d% of the picture|cannot be decoded"):
            way(data)


@pytest.mark.parametrize("format", ["WEBP", "AVIF", "HEIF", "JPEG2000"])
def test_zeros_in_place_of_a_compressed_picture_are_damage(format: str) -> None:
    data = emptied(encode(photograph(), format), 0.05)

    with pytest.raises(DamagedPicture):
        decode(data)


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
@pytest.mark.parametrize("broken", BROKEN)
def test_half_of_a_picture_is_decoded_and_its_share_reported(broken: str, format: str) -> None:
    options = {"quality": 90} if format == "JPEG" else {}
    data = BROKEN[broken](encode(photograph(), format, **options), 0.5)

    assert 0.4 < decode(data).share < 0.6
    assert 0.4 < decode_rgb(memoryview(data), 64).share < 0.6


def test_a_jpeg_cut_before_its_first_scan_is_damaged() -> None:
    data = encode(photograph(), "JPEG")

    with pytest.raises(DamagedPicture, match="ends before the pixels"):
        decode(data[: data.index(b"\xff\xda")])


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"])
def test_a_whole_picture_is_whole_whatever_it_shows_and_whatever_follows(format: str) -> None:
    white = Image.new("RGB", (90, 90), "white")

    for picture in (white, scene()):
        data = encode(picture, format)
        assert decode(data).share == 1
        assert decode(data + b"a trailer" * 500).share == 1


@pytest.mark.parametrize("way", [decode, thumbnail])
def test_a_jpeg_of_cheap_scans_is_refused_at_once(way: object) -> None:
    data = many_scans(312, size=1500)
    started = time.process_time()

    with pytest.raises(DamagedPicture, match="more than 100 scans"):
        way(data)  # type: ignore[operator]

    assert time.process_time() - started < 1


def test_a_progressive_jpeg_as_editors_write_it_is_decoded() -> None:
    assert decode(many_scans(10)).share == 1
