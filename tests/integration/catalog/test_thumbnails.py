"""Thumbnails are made once, in processes that a picture may crash without harm."""

import io
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import Engine

from shared.errors import DamagedPicture, DecoderCrashed, Unavailable
from shared.pictures.isolated import IsolatedProcess, Limits
from shared.pictures.renditions.render import render
from shared.pictures.renditions.renderer import PROCESSES, Renderer
from shared.pictures.renditions.thumbnails import load_thumbnail
from shared.storage.image_ids import new_image_id
from shared.storage.storage import Storage, original_key
from tests.support.pictures.odd_pictures import many_scans, photograph, slow_bmp
from tests.support.pictures.pictures import READABLE, encode

MEBIBYTE = 1024 * 1024
LIMITS = Limits(seconds=20, memory_bytes=512 * MEBIBYTE)


@pytest.fixture
def renderer() -> Iterator[Renderer]:
    renderer = Renderer(LIMITS)
    yield renderer
    renderer.close()


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage((tmp_path / "blobs").as_uri())


class Counting(Renderer):
    """Counts the pictures that it is given."""

    given = 0

    def render(self, data: memoryview, max_side: int) -> bytes:
        self.given += 1
        return super().render(data, max_side)


def store(storage: Storage, data: bytes) -> dict[str, UUID]:
    """Store an original without a row, which is enough to make thumbnails."""
    image_id = new_image_id()
    storage.put(original_key(image_id), io.BytesIO(data))
    return {"id": image_id}


def process_of(renderer: Renderer) -> IsolatedProcess:
    process = renderer._idle.queue[-1]
    assert process is not None
    return process


@pytest.mark.parametrize("kind", ["JPEG", "CMYK JPEG", "PNG with alpha", "HEIC", "animated GIF"])
def test_a_process_makes_what_is_made_here(renderer: Renderer, kind: str) -> None:
    picture = memoryview(READABLE[kind]())

    made = renderer.render(picture, 48)

    assert made == render(picture, 48)
    assert Image.open(io.BytesIO(made)).size == (48, 32)


def test_the_same_thumbnail_is_made_once_however_many_ask(engine: Engine, storage: Storage) -> None:
    renderer = Counting(LIMITS)
    image = store(storage, encode(photograph(2000), "JPEG"))

    with ThreadPoolExecutor(12) as pool:
        asked = [pool.submit(load_thumbnail, engine, storage, renderer, image) for _ in range(12)]

    assert len({future.result() for future in asked}) == 1
    assert renderer.given == 1
    renderer.close()


def test_a_picture_that_cannot_be_decoded_is_tried_once(engine: Engine, storage: Storage) -> None:
    renderer = Counting(LIMITS)
    image = store(storage, many_scans(312, size=1500))

    for _ in range(3):
        with pytest.raises(DamagedPicture, match="scans"):
            load_thumbnail(engine, storage, renderer, image)

    assert renderer.given == 1
    renderer.close()


def test_a_process_that_crashes_is_replaced(renderer: Renderer) -> None:
    picture = memoryview(READABLE["PNG"]())
    renderer.render(picture, 48)
    os.kill(process_of(renderer).process.pid, signal.SIGSEGV)

    with pytest.raises(DecoderCrashed, match="SIGSEGV"):
        renderer.render(picture, 48)

    assert renderer.render(picture, 48)


def test_a_thumbnail_that_takes_too_long_is_given_up_and_the_next_one_is_made() -> None:
    renderer = Renderer(Limits(seconds=1, memory_bytes=2048 * MEBIBYTE))

    with pytest.raises(DamagedPicture, match="longer than 1 seconds"):
        renderer.render(memoryview(slow_bmp()), 48)

    assert renderer.render(memoryview(READABLE["PNG"]()), 48)
    renderer.close()


def test_a_picture_that_takes_too_much_memory_is_refused(renderer: Renderer) -> None:
    large = memoryview(encode(Image.new("RGB", (12_000, 12_000)), "PNG", compress_level=1))

    with pytest.raises(DamagedPicture, match="more than 512 MiB"):
        renderer.render(large, 48)


def test_a_request_that_would_wait_too_long_is_told_to_retry(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.pictures.renditions.renderer.WAIT_SECONDS", 0.01)
    taken = [renderer._idle.get() for _ in range(PROCESSES)]

    with pytest.raises(Unavailable, match="try again later"):
        renderer.render(memoryview(READABLE["PNG"]()), 48)

    for process in taken:
        renderer._idle.put(process)


def test_a_process_knows_no_secret(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGLOOP_DATABASE_URL", "postgresql://user:hunter2@host/db")
    renderer.render(memoryview(READABLE["PNG"]()), 48)

    environment = Path(f"/proc/{process_of(renderer).process.pid}/environ").read_bytes()

    assert b"hunter2" not in environment
