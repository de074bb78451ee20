"""Parts of photographs."""

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image


def quarters_of(path: Path) -> Iterator[bytes]:
    """Return the four quarters of a photograph, as files."""
    with Image.open(path) as photo:
        width, height = photo.size
        for left in (0, width // 2):
            for top in (0, height // 2):
                file = io.BytesIO()
                box = (left, top, left + width // 2, top + height // 2)
                photo.convert("RGB").crop(box).save(file, "JPEG")
                yield file.getvalue()
