"""Upload pictures to teach with, and check whether images show what was taught."""

import io
import random
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from tests.acceptance.api import Api

MIN_SIDE = 0.5


def crops(photo: Path, count: int, seed: int) -> list[bytes]:
    """Return different parts of a photograph, as JPEG files."""
    rng = random.Random(seed)
    picture = Image.open(photo).convert("RGB")
    files = []
    for _ in range(count):
        width, height = (round(s * rng.uniform(MIN_SIDE, 1)) for s in picture.size)
        left = rng.randint(0, picture.width - width)
        top = rng.randint(0, picture.height - height)
        file = io.BytesIO()
        picture.crop((left, top, left + width, top + height)).save(file, "JPEG")
        files.append(file.getvalue())
    return files


def upload(api: Api, files: Sequence[bytes], owner: str) -> list[str]:
    """Upload pictures; return their ids once they are tagged."""
    ids = [api.upload(file, owner=owner, wait=30).json()["id"] for file in files]
    for image in ids:
        assert api.finished(image)["status"] == "tagged"
    return ids


def shows(api: Api, image: str, tag: str) -> bool:
    """Return whether an image shows a tag."""
    return tag in {shown["tag"] for shown in api.get(f"/v1/images/{image}")["tags"]}


def any_shows(api: Api, images: Sequence[str], tag: str) -> bool:
    """Return whether at least one of the images shows a tag."""
    return any(shows(api, image, tag) for image in images)
