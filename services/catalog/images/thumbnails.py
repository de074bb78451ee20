"""Thumbnails: made when first asked for, then kept.

`python -m services.catalog.images.thumbnails` makes one from standard input to standard output.
Large pictures go that way: a hundred megapixels of PNG would take a gigabyte in the web process,
and so would a JPEG in several scans, which has to be decoded whole before it can be made smaller.
"""

import io
import subprocess
import sys
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from PIL import Image
from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.images.file_deletions import hold_image, note_deletions
from shared.errors import BlobMissing, DamagedPicture
from shared.pictures.pixels.rgb import decode_rgb
from shared.storage.deleting import delete_files
from shared.storage.storage import Storage, original_key, thumbnail_key

MAX_SIDE = 320
JPEG_QUALITY = 80
# What most telephones take. Larger ones cost a third of a second more, once.
MAX_PIXELS_HERE = 12_500_000
SECONDS_APART = 30
# No thumbnail takes so long to be stored.
UNFINISHED_SECONDS = 600.0


def load_thumbnail(engine: Engine, storage: Storage, image: Mapping[Any, Any]) -> memoryview:
    """Return the thumbnail of a tagged image (a row of `images`), as the bytes of a JPEG.

    Raises:
        BlobMissing: the original is gone.
        DamagedPicture: the original can't be decoded any more.
    """
    try:
        return storage.get(thumbnail_key(image["id"]))
    except BlobMissing:
        original = storage.get(original_key(image["id"]))
        large = image["width"] * image["height"] > MAX_PIXELS_HERE
        data = make_thumbnail_apart(original) if large else make_thumbnail(original)
        _store(engine, storage, image["id"], data)
        return memoryview(data)


def _store(engine: Engine, storage: Storage, image_id: UUID, data: bytes) -> None:
    """Store a thumbnail, unless its image is deleted while that happens.

    Its deletion is noted before and dropped later if the image is still there, so that no
    thumbnail is left behind even if this process ends in the middle.
    """
    key = thumbnail_key(image_id)
    with transaction(engine) as connection:
        note_deletions(connection, [key], delay_seconds=UNFINISHED_SECONDS)
    storage.put(key, data)
    with transaction(engine) as connection:
        is_there = hold_image(connection, image_id)
        if not is_there:
            note_deletions(connection, [key])
    if not is_there:
        delete_files(engine, storage, [key])


def make_thumbnail(original: memoryview | bytes) -> bytes:
    """Shrink a picture; what comes out has pixels and nothing else of it."""
    picture = decode_rgb(memoryview(original), MAX_SIDE).image
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.BOX)
    pixels = Image.frombytes("RGB", picture.size, picture.tobytes())
    out = io.BytesIO()
    pixels.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def make_thumbnail_apart(original: memoryview) -> bytes:
    """The same in a process of its own, whose memory is the system's again afterwards.

    Raises:
        DamagedPicture: the process failed or took too long.
    """
    try:
        return subprocess.run(
            [sys.executable, "-m", __spec__.name],
            input=original,
            capture_output=True,
            check=True,
            timeout=SECONDS_APART,
        ).stdout
    except subprocess.SubprocessError as error:
        raise DamagedPicture from error


if __name__ == "__main__":
    sys.stdout.buffer.write(make_thumbnail(sys.stdin.buffer.read()))
