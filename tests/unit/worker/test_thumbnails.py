"""Thumbnails of large pictures, made in a process of their own."""

import io
import resource
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import Engine

from services.catalog.images.thumbnails import (
    MAX_PIXELS_HERE,
    load_thumbnail,
    make_thumbnail,
    make_thumbnail_apart,
)
from shared.errors import DamagedPicture
from shared.storage.storage import Storage, original_key
from tests.support.pictures import READABLE


def test_a_thumbnail_made_apart_is_the_same() -> None:
    picture = READABLE["PNG"]()

    assert make_thumbnail_apart(memoryview(picture)) == make_thumbnail(picture)
    assert Image.open(io.BytesIO(make_thumbnail(picture))).format == "JPEG"


def test_a_large_jpeg_is_made_apart_as_well(tmp_path: Path, engine: Engine) -> None:
    storage = Storage((tmp_path / "blobs").as_uri())
    width, height = 5000, MAX_PIXELS_HERE // 5000 + 1
    out = io.BytesIO()
    Image.new("L", (width, height)).save(out, "JPEG", progressive=True)
    image_id = uuid4()
    image = {"id": image_id, "width": width, "height": height, "format": "JPEG"}
    storage.put(original_key(image_id), io.BytesIO(out.getvalue()))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime

    thumbnail = load_thumbnail(engine, storage, image)

    assert Image.open(io.BytesIO(thumbnail)).size[0] == 320
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime > before


def test_what_cannot_be_decoded_is_damaged_and_no_more() -> None:
    with pytest.raises(DamagedPicture):
        make_thumbnail_apart(memoryview(b"no picture"))
