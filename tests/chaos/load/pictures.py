"""Pictures to send: small photographs, no two with the same bytes."""

import io
import itertools
import uuid
from dataclasses import dataclass
from pathlib import Path

import skimage
import sklearn
from PIL import Image

from tests.chaos.load.ledger import Due

PHOTOS = (
    Path(skimage.__file__).parent / "data" / "rocket.jpg",
    Path(skimage.__file__).parent / "data" / "coffee.png",
    Path(skimage.__file__).parent / "data" / "chelsea.png",
    Path(sklearn.__file__).parent / "datasets" / "images" / "flower.jpg",
)
LONGER_SIDE = 320


@dataclass(frozen=True)
class Picture:
    """A file to send, and what has to happen to it."""

    data: bytes
    due: Due


class Pictures:
    """An endless supply. Thread-safe.

    Decoders ignore what follows the end of a JPEG, so a number there changes the digest and nothing
    else.
    """

    def __init__(self) -> None:
        self._run = uuid.uuid4().bytes
        self._photos = [small_jpeg(path) for path in PHOTOS]
        self._numbers = itertools.count()

    def next(self, due: Due = Due.DONE, marker: bytes = b"") -> Picture:
        """Return the next picture; the marker is at its end."""
        number = next(self._numbers)
        photo = self._photos[number % len(self._photos)]
        return Picture(photo + self._run + number.to_bytes(8) + marker, due)


def small_jpeg(path: Path) -> bytes:
    """Return a photograph as a JPEG of a few kilobytes."""
    image = Image.open(path).convert("RGB")
    image.thumbnail((LONGER_SIDE, LONGER_SIDE))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=85)
    return file.getvalue()
