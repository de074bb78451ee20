"""Check and hash a picture's file before it is stored."""

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from shared.config import Settings
from shared.errors import EmptyFile
from shared.pictures import probe

CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True)
class Original:
    """What is known about a picture's file before it is decoded."""

    sha256: bytes
    bytes: int
    format: str
    width: int
    height: int
    orientation: int


def inspect_original(file: BinaryIO, settings: Settings) -> Original:
    """Check and hash a picture's file; leaves it at its start.

    Raises:
        PictureError: it is empty, not a picture, or over the limit on pixels.
    """
    file.seek(0)
    digest = hashlib.sha256()
    size = 0
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
    if size == 0:
        raise EmptyFile
    found = probe(file, settings.max_image_pixels)
    file.seek(0)
    return Original(
        digest.digest(), size, found.format, found.width, found.height, found.orientation
    )
