"""From the bytes of a picture to the square that the network gets."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from services.worker.decoding.square import decode_square
from shared.errors import PictureError
from shared.pictures import probe
from shared.pictures.pixels.rgb import decode_rgb
from tests.support.pictures.pictures import (
    ORIENTATIONS,
    READABLE,
    UNLIKE,
    encode,
    float_tiff,
    scene,
    truncated,
    turned,
)

SIDE = 224
CROP = 0.875
MANY_PIXELS = 10**9
# Mean difference of two pictures in grey levels: lossy formats and two ways of resizing.
ALIKE = 6.0
FORMATS_WITH_ORIENTATION = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF")


def decode(data: bytes) -> np.ndarray:
    found = probe(io.BytesIO(data), MANY_PIXELS)
    return decode_square(memoryview(data), found.format, found.orientation, SIDE, CROP).pixels


def middle(image: Image.Image) -> np.ndarray:
    """Return what the network should get, by Pillow alone: full decode, then crop, then resize."""
    image = ImageOps.exif_transpose(image).convert("RGB")
    side = round(min(image.size) * CROP)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    box = (left, top, left + side, top + side)
    size = (SIDE, SIDE)
    return np.asarray(image.resize(size, Image.Resampling.BICUBIC, box))


def difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(float) - other.astype(float)).mean())


@pytest.mark.parametrize("kind", READABLE)
def test_every_kind_of_picture_becomes_a_square_of_rgb(kind: str) -> None:
    pixels = decode(READABLE[kind]())

    assert pixels.shape == (224, 224, 3)
    assert pixels.dtype == np.uint8
    assert pixels.flags["C_CONTIGUOUS"]


@pytest.mark.parametrize("kind", sorted(READABLE.keys() - UNLIKE))
def test_the_format_makes_no_difference_to_the_pixels(kind: str) -> None:
    assert difference(decode(READABLE[kind]()), middle(scene())) < ALIKE


@pytest.mark.parametrize("kind", ["grey JPEG", "16-bit PNG"])
def test_grey_pictures_keep_their_brightness(kind: str) -> None:
    assert difference(decode(READABLE[kind]()), middle(scene().convert("L"))) < ALIKE


@pytest.mark.parametrize("format", FORMATS_WITH_ORIENTATION)
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_turned_picture_is_decoded_upright(orientation: int, format: str) -> None:
    data = turned(orientation, format, scene(300, 200))

    assert difference(decode(data), middle(Image.open(io.BytesIO(data)))) < ALIKE


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_turning_a_file_back_gives_the_picture_that_was_taken(orientation: int) -> None:
    """Each of the eight orientations is decoded upright."""
    upright = scene(300, 200)
    sideways_back = {5: 5, 6: 8, 7: 7, 8: 6}
    undo = sideways_back.get(orientation, orientation)
    exif = Image.Exif()
    exif[0x0112] = undo
    with_tag = upright.copy()
    with_tag.info["exif"] = exif.tobytes()
    stored = ImageOps.exif_transpose(Image.open(io.BytesIO(turned(undo, "PNG", upright))))

    data = turned(orientation, "JPEG", stored)

    assert difference(decode(data), middle(upright)) < ALIKE


def test_a_large_jpeg_decoded_at_a_fraction_shows_the_same(photos: dict[str, Path]) -> None:
    with Image.open(photos["temple"]) as photo:
        large = photo.resize((photo.width * 5, photo.height * 5), Image.Resampling.BICUBIC)

    assert difference(decode(encode(large, "JPEG", quality=95)), middle(large)) < ALIKE


def test_a_transparent_picture_is_decoded_on_white() -> None:
    clear = Image.new("RGBA", (300, 200), (0, 0, 0, 0))

    assert decode(encode(clear, "PNG")).min() == 255


def test_the_first_frame_of_an_animation_is_decoded() -> None:
    for format in ("GIF", "WEBP"):
        black = Image.new("RGB", (300, 200))
        data = encode(scene(300, 200), format, save_all=True, append_images=[black])
        assert difference(decode(data), middle(scene(300, 200))) < ALIKE


def test_a_truncated_photograph_still_shows_its_beginning(photos: dict[str, Path]) -> None:
    whole = photos["rocket"].read_bytes()

    top = slice(0, 60)
    assert difference(decode(truncated(whole))[top], decode(whole)[top]) < ALIKE


def test_floating_point_grey_is_stretched_to_the_full_range_around_pixels_that_are_no_numbers() -> (
    None
):
    values = np.asarray(decode_rgb(memoryview(float_tiff()), 224).image)

    assert (values.min(), values.max()) == (0, 255)


FILES = [READABLE[kind]() for kind in sorted(READABLE)]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(FILES), st.data())
def test_a_damaged_file_is_decoded_or_refused_and_nothing_else(
    file: bytes, data: st.DataObject
) -> None:
    damaged = bytearray(file[: data.draw(st.integers(0, len(file)), label="kept")])
    for _ in range(data.draw(st.integers(0, 4), label="flips")):
        if damaged:
            place = data.draw(st.integers(0, len(damaged) - 1), label="place")
            damaged[place] = data.draw(st.integers(0, 255), label="byte")

    try:
        found = probe(io.BytesIO(damaged), 4_000_000)
        square = decode_square(
            memoryview(bytes(damaged)), found.format, found.orientation, SIDE, CROP
        )
    except PictureError:
        return
    assert square.pixels.shape == (224, 224, 3)
