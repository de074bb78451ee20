"""Thumbnails: made when first asked for, then kept."""

import io
from uuid import UUID

from PIL import Image

from shared.errors import BlobMissing
from shared.pictures import open_rgb
from shared.storage import Storage, original_key, thumbnail_key

LONGEST_SIDE = 320
JPEG_QUALITY = 80


def load_thumbnail(storage: Storage, image_id: UUID) -> memoryview:
    """The thumbnail of a tagged image, as the bytes of a JPEG.

    Raises:
        BlobMissing: the original is gone.
        DamagedPicture: the original can't be decoded any more.
    """
    try:
        return storage.get(thumbnail_key(image_id))
    except BlobMissing:
        data = make_thumbnail(storage.get(original_key(image_id)))
        storage.put(thumbnail_key(image_id), data)
        return memoryview(data)


def make_thumbnail(original: memoryview) -> bytes:
    """Shrink a picture; what comes out has pixels and nothing else of it."""
    picture = open_rgb(io.BytesIO(original), LONGEST_SIDE)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BOX)
    pixels = Image.frombytes("RGB", picture.size, picture.tobytes())
    out = io.BytesIO()
    pixels.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
