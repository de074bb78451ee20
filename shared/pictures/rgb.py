"""Pixels of any picture as plain 8-bit RGB, upright, first frame."""

from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from shared.errors import DamagedPicture
from shared.pictures.formats import READERS, prepare_pillow

WHITE = (255, 255, 255)


def open_rgb(file: BinaryIO, min_side: int) -> Image.Image:
    """Decode a picture to an RGB image, oriented as its EXIF data says.

    min_side: pixels that the shorter side needs; a JPEG that is much larger is decoded at a
    half, a quarter or an eighth of its size, at a fraction of the cost.

    Raises:
        DamagedPicture: the decoder gave up.
    """
    prepare_pillow()
    try:
        with Image.open(file, formats=READERS) as image:
            image.draft("RGB", (min_side, min_side))
            image.load()
            # Before the conversion, which may lose the EXIF data.
            ImageOps.exif_transpose(image, in_place=True)
            return _to_rgb(image)
    except MemoryError:
        raise
    # Pillow's decoders raise whatever their parsing trips over.
    except Exception as error:
        raise DamagedPicture(f"The picture is damaged and cannot be decoded: {error}") from error


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        return _from_deep_grey(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        background = Image.new("RGBA", image.size, WHITE)
        return Image.alpha_composite(background, image).convert("RGB")
    return image.convert("RGB")


def _from_deep_grey(image: Image.Image) -> Image.Image:
    """16-bit, 32-bit and floating point greys; `convert` alone would clip them all to white."""
    values: NDArray[np.floating] = np.asarray(image, dtype=np.float32)
    values = np.nan_to_num(values, posinf=0, neginf=0)
    if image.mode.startswith("I;16") or (image.mode == "I" and values.max(initial=0) <= 65535):
        values = values / 257
    else:
        low, high = float(values.min(initial=0)), float(values.max(initial=0))
        values = (values - low) * (255 / max(high - low, 1e-9))
    return Image.fromarray(values.clip(0, 255).astype(np.uint8)).convert("RGB")
