"""The difference hash and the EXIF time of pictures."""

import io
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from services.worker.decoding.square import decode_square
from shared.pictures import probe
from shared.pictures.fingerprint import Fingerprint
from shared.pictures.headers.tagged.taken_at import find_taken_at

ORIENTATION, EXIF, TIME, PART_OF_SECOND = 0x0112, 0x8769, 0x9003, 0x9291


def fingerprint(data: bytes) -> Fingerprint:
    found = probe(io.BytesIO(data), 10**8)
    square = decode_square(memoryview(data), found.format, found.orientation, 224, 0.875)
    assert square.fingerprint is not None
    return square.fingerprint


def different_bits(one: bytes, other: bytes) -> int:
    hashes = fingerprint(one).difference_hash ^ fingerprint(other).difference_hash
    return (hashes & (2**64 - 1)).bit_count()


def saved(picture: Image.Image, format: str = "JPEG", **exif: object) -> bytes:
    tags = Image.Exif()
    if "orientation" in exif:
        tags[ORIENTATION] = exif["orientation"]
    if "time" in exif:
        tags.get_ifd(EXIF).update({TIME: exif["time"], PART_OF_SECOND: exif.get("part", "")})
    file = io.BytesIO()
    picture.save(file, format, exif=tags, quality=80)
    return file.getvalue()


def test_the_same_picture_in_another_size_format_or_orientation_has_nearly_the_same_hash(
    photos: dict[str, Path],
) -> None:
    original = photos["cat"].read_bytes()
    picture = Image.open(io.BytesIO(original)).convert("RGB")
    small = picture.resize((picture.width // 3, picture.height // 3))

    assert different_bits(original, saved(small)) <= 4
    assert different_bits(original, saved(small, "PNG")) <= 4
    assert different_bits(original, saved(picture.rotate(90, expand=True), orientation=6)) <= 4
    assert different_bits(original, photos["coffee"].read_bytes()) > 15


@pytest.mark.parametrize(
    ("time", "part", "expected"),
    [
        ("2026:05:04 12:30:59", "", datetime(2026, 5, 4, 12, 30, 59)),
        ("2026:05:04 12:30:59", "25", datetime(2026, 5, 4, 12, 30, 59, 250_000)),
        ("2026:05:04 12:30:59", "x", datetime(2026, 5, 4, 12, 30, 59)),
        ("0000:00:00 00:00:00", "", None),
        ("    :  :     :  :  ", "", None),
        ("yesterday", "", None),
    ],
)
def test_the_time_by_the_cameras_clock_is_read(
    time: str, part: str, expected: datetime | None
) -> None:
    data = saved(Image.new("RGB", (64, 48)), time=time, part=part)

    assert fingerprint(data).taken_at == expected


def test_a_picture_without_exif_data_has_no_time() -> None:
    assert fingerprint(saved(Image.new("RGB", (64, 48)))).taken_at is None


GOOD = saved(Image.new("RGB", (8, 8)), time="2026:05:04 12:30:59", part="25")


@given(st.lists(st.tuples(st.integers(0, 250), st.integers(0, 255)), max_size=20))
def test_damaged_exif_data_is_ignored(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for place, value in changes:
        data[place % len(data)] = value

    found = find_taken_at(memoryview(bytes(data)), "JPEG")

    assert found is None or isinstance(found, datetime)
