"""A HEIC's preview is decoded instead of the picture where it is large enough."""

import io

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from shared.pictures.formats import prepare_pillow
from shared.pictures.pixels.essential import essential
from shared.pictures.pixels.heif_preview import prefer_preview
from shared.pictures.pixels.rgb import decode_rgb
from tests.support.pictures.pictures import scene

SIZE = (1200, 800)
MIN_SIDE = 256
MAX_DIFFERENCE = 6


def heic(*previews: int) -> bytes:
    """Encode a picture with previews of these longer sides."""
    file = pillow_heif.from_pillow(scene().convert("RGB").resize(SIZE))
    file.info["thumbnails"] = list(previews)
    written = io.BytesIO()
    file.save(written, quality=80)
    return written.getvalue()


def decoded_size(data: bytes) -> tuple[int, int]:
    prepare_pillow()
    needed = essential(memoryview(data), "HEIF", MIN_SIDE)
    return Image.open(io.BytesIO(needed.data)).size


@pytest.mark.parametrize(
    ("previews", "decoded"),
    [((), SIZE), ((300,), SIZE), ((600,), (600, 400)), ((900, 600), (600, 400))],
)
def test_the_smallest_preview_that_is_large_enough_is_decoded(
    previews: tuple[int, ...], decoded: tuple[int, int]
) -> None:
    assert decoded_size(heic(*previews)) == decoded


def test_a_preview_shows_what_the_picture_shows() -> None:
    small, whole = (
        np.asarray(decode_rgb(memoryview(data), MIN_SIDE).image.resize((300, 200)), int)
        for data in (heic(600), heic())
    )

    assert np.abs(small - whole).mean() < MAX_DIFFERENCE


def test_an_incomplete_file_is_judged_by_the_picture() -> None:
    data = heic(600)
    changed = bytearray(data[: len(data) // 2])

    prefer_preview(changed, MIN_SIDE)

    assert changed == data[: len(data) // 2]


WHOLE = heic(600)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_malformed_files_are_left_to_the_decoder(data: st.DataObject) -> None:
    changed = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 8))):
        changed[data.draw(st.integers(0, 700))] = data.draw(st.integers(0, 255))

    prefer_preview(changed, MIN_SIDE)

    assert len(changed) == len(WHOLE)
