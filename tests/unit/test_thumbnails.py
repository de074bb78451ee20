"""Thumbnails of large pictures, made in a process of their own."""

import io

import pytest
from PIL import Image

from services.catalog.thumbnails import make_thumbnail, make_thumbnail_apart
from shared.errors import DamagedPicture
from tests.pictures import READABLE


def test_a_thumbnail_made_apart_is_the_same() -> None:
    picture = READABLE["PNG"]()

    assert make_thumbnail_apart(memoryview(picture)) == make_thumbnail(picture)
    assert Image.open(io.BytesIO(make_thumbnail(picture))).format == "JPEG"


def test_what_cannot_be_decoded_is_damaged_and_no_more() -> None:
    with pytest.raises(DamagedPicture):
        make_thumbnail_apart(memoryview(b"no picture"))
