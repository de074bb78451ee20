"""Smaller versions of images, made on first request in a separate process, then stored."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.images.file_deletions import hold_image, note_deletions
from shared.errors import BlobMissing
from shared.pictures.renditions.once import Once
from shared.pictures.renditions.renderer import Renderer
from shared.storage.deleting import delete_files
from shared.storage.storage import THUMBNAIL_SIDE, Storage, original_key, thumbnail_key

# Longer than storing a thumbnail takes.
UNFINISHED_SECONDS = 600.0

_once = Once()


def load_thumbnail(
    engine: Engine,
    storage: Storage,
    renderer: Renderer,
    image: Mapping[Any, Any],
    side: int = THUMBNAIL_SIDE,
) -> bytes:
    """Return a smaller version of a tagged image (a row of `images`), as a JPEG.

    side: maximum length of the longer side in pixels, one of RENDITION_SIDES.

    Concurrent requests for one thumbnail share the work.

    Raises:
        BlobMissing: the original is missing.
        DamagedPicture: the original can no longer be decoded.
        Unavailable: the renderers are busy.
    """

    key = thumbnail_key(image["id"], side)

    def make() -> bytes:
        # Another request may have finished it since.
        with suppress(BlobMissing):
            return bytes(storage.get(key))
        data = renderer.render(storage.get(original_key(image["id"])), side)
        _store(engine, storage, image["id"], key, data)
        return data

    try:
        return bytes(storage.get(key))
    except BlobMissing:
        return _once.do((image["id"], side), make)


def _store(engine: Engine, storage: Storage, image_id: UUID, key: str, data: bytes) -> None:
    """Store a smaller version, unless its image is deleted meanwhile.

    Its deletion is scheduled first and cancelled if the image still exists, so that no thumbnail is
    left behind even if this process crashes.
    """
    with transaction(engine) as connection:
        note_deletions(connection, [key], delay_seconds=UNFINISHED_SECONDS)
    storage.put(key, data)
    with transaction(engine) as connection:
        is_there = hold_image(connection, image_id)
        if not is_there:
            note_deletions(connection, [key])
    if not is_there:
        delete_files(engine, storage, [key])
