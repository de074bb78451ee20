"""The header readers agree with Pillow on every file that Pillow can write."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import ExifTags, Image

from shared.errors import NotAPicture
from shared.pictures.formats import READERS, prepare_pillow
from shared.pictures.headers import Header, MemorySource, read_header
from tests.support.pictures.pictures import ORIENTATIONS, READABLE, encode, scene, turned

MODES = ("1", "L", "P", "RGB", "RGBA", "CMYK", "LA", "LAB", "I", "F", "I;16", "YCbCr", "PA")
DEEP = {"I": np.int32, "F": np.float32, "I;16": np.uint16}
FORMATS = ("JPEG", "MPO", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "JPEG2000")
SIZES = ((96, 64), (1, 1), (301, 17))
COMPRESSIONS = (
    "raw",
    "tiff_lzw",
    "tiff_adobe_deflate",
    "packbits",
    "jpeg",
    "group4",
    "lzma",
    "zstd",
)


def read(data: bytes) -> Header:
    return read_header(MemorySource(memoryview(data)))


def read_by_pillow(data: bytes) -> Header:
    """Return Pillow's result in the form of our readers."""
    prepare_pillow()
    with Image.open(io.BytesIO(data), formats=READERS) as image:
        # An MPO is a JPEG with more pictures behind it.
        name = "JPEG" if image.format == "MPO" else str(image.format)
        width, height = image.size
        if name == "HEIF" or (name == "PNG" and "exif" not in image.info):
            return Header(name, width, height)
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
        if name == "TIFF" and orientation in (5, 6, 7, 8):
            width, height = height, width
        return Header(name, width, height, orientation)


def in_mode(mode: str, size: tuple[int, int]) -> Image.Image:
    if mode not in DEEP:
        return scene(*size).convert(mode)
    return Image.fromarray(np.asarray(scene(*size).convert("L")).astype(DEEP[mode]))


def files_of(format: str) -> Iterator[tuple[str, bytes]]:
    """Return files of a format in all modes and sizes that it has, by a name."""
    for mode in MODES:
        for size in SIZES:
            try:
                yield f"{mode} {size}", encode(in_mode(mode, size), format)
            except (OSError, ValueError, KeyError):
                continue


@pytest.mark.parametrize("format", FORMATS)
def test_format_and_size_are_those_that_pillow_finds(format: str) -> None:
    files = dict(files_of(format))

    assert {name: read(data) for name, data in files.items()} == {
        name: read_by_pillow(data) for name, data in files.items()
    }
    assert len(files) >= len(SIZES)


@pytest.mark.parametrize("kind", READABLE)
def test_rare_formats_are_read_as_pillow_reads_them(kind: str) -> None:
    data = READABLE[kind]()

    assert read(data) == read_by_pillow(data)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF"])
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_orientations_are_those_that_pillow_finds(orientation: int, format: str) -> None:
    data = turned(orientation, format)

    assert read(data) == read_by_pillow(data)


@pytest.mark.parametrize("format", ["JPEG", "WEBP"])
@pytest.mark.parametrize("text", ['tiff:Orientation="6"', "<tiff:Orientation>6</tiff:Orientation>"])
def test_an_orientation_in_xmp_counts_where_exif_has_none(text: str, format: str) -> None:
    data = encode(scene(), format, xmp=f"<x:xmpmeta {text}/>".encode())

    assert read(data).orientation == 6
    assert read(data) == read_by_pillow(data)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "AVIF", "PNG", "TIFF", "HEIF", "MPO"])
def test_the_first_of_many_pictures_counts(format: str) -> None:
    data = encode(scene(), format, save_all=True, append_images=[Image.new("RGB", (96, 64))])

    assert read(data) == read_by_pillow(data)


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_every_compression_of_a_tiff_is_known(compression: str, big: bool) -> None:
    picture = scene().convert("1") if compression == "group4" else scene()
    data = encode(picture, "TIFF", compression=compression, big_tiff=big)

    assert read(data) == read_by_pillow(data)


@pytest.mark.parametrize("format", FORMATS)
def test_a_header_cut_anywhere_is_read_or_refused(format: str) -> None:
    data = encode(scene(), format)

    for size in range(min(len(data), 700)):
        try:
            header = read(data[:size])
        except NotAPicture:
            continue
        assert (header.width, header.height) == (96, 64)
